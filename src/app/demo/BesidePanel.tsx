import { X } from 'lucide-react';
import type { ErrorReport, ItemCard } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { TopRow } from './TopPanel';

export interface BesideRow {
  readonly card: ItemCard;
  readonly isTarget: boolean;
  /** Of the first one's score. */
  readonly share: number;
  readonly score: string;
  readonly unit: string;
}

interface BesidePanelProps {
  readonly name: string;
  readonly note: string;
  /** Of the true next item among all; null where it is not known. */
  readonly targetRank: number | null;
  readonly rows: readonly BesideRow[];
  readonly error: ErrorReport | null;
  /** The rows answer an earlier question. */
  readonly isBusy: boolean;
  readonly onClose: () => void;
}

/** Another system's list on the same history. */
export function BesidePanel({ name, note, targetRank, rows, error, isBusy, onClose }: BesidePanelProps) {
  const rank = targetRank === null || isBusy ? '' : `, true next item at place ${formatCount(targetRank)}`;
  return (
    <Panel
      title={name}
      note={
        <span role="status">
          {note}
          {rank}
        </span>
      }
      className={`top beside ${isBusy ? 'is-busy' : ''}`}
      actions={
        <button type="button" className="icon-button" aria-label={`Take ${name} away`} onClick={onClose}>
          <X size={13} aria-hidden />
        </button>
      }
    >
      {error && <ErrorNote title="No recommendation" error={error} />}
      <ol className="top-list" aria-busy={isBusy}>
        {rows.map(({ card, isTarget, share, score, unit }, index) => (
          <TopRow key={card.item} rank={index + 1} card={card} isTarget={isTarget} share={share}>
            <span className="score-number">{score}</span>
            <span className="score-log">{unit}</span>
          </TopRow>
        ))}
      </ol>
    </Panel>
  );
}
