import { X } from 'lucide-react';
import { useCallback } from 'react';
import type { Question, ReferenceReply } from '../../worker/protocol';
import { useAnswer } from '../codes/useAnswer';
import { formatCount, formatValue } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useSession } from '../sessionContext';
import { TopRow } from './TopPanel';
import { LISTED } from './useDemo';

interface ReferencePanelProps {
  readonly system: ReferenceReply['system'];
  readonly name: string;
  readonly question: Question;
  readonly onClose: () => void;
}

/** What a counting recommender says to the same history: items of the history stay candidates, as for the model. */
export function ReferencePanel({ system, name, question, onClose }: ReferencePanelProps) {
  const session = useSession();
  const ask = useCallback(
    () => session.ask({ kind: 'referenceTop', system, count: LISTED, ...question }),
    [session, system, question],
  );
  const { value, error } = useAnswer(ask);
  const best = value?.top[0]?.score ?? 1;
  const note =
    value && value.targetRank !== null ? `true next item at place ${formatCount(value.targetRank)}` : 'counts only';
  return (
    <Panel
      title={name}
      note={note}
      className="top beside"
      actions={
        <button type="button" className="icon-button" aria-label={`Take ${name} away`} onClick={onClose}>
          <X size={13} aria-hidden />
        </button>
      }
    >
      {error && <ErrorNote title="No recommendation" error={error} />}
      <ol className="top-list">
        {value?.top.map(({ card, score, isTarget }, index) => (
          <TopRow key={card.item} rank={index + 1} card={card} isTarget={isTarget} share={best > 0 ? score / best : 0}>
            <span className="score-number">{formatValue(score)}</span>
            <span className="score-log">score</span>
          </TopRow>
        ))}
      </ol>
    </Panel>
  );
}
