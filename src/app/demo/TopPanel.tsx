import { Target } from 'lucide-react';
import type { ItemCard, RecommendReply } from '../../worker/protocol';
import { formatProbability, formatValue } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { Panel } from '../parts/Panel';
import type { Demo } from './useDemo';

/** The ten items that the model finds likeliest to come next. */
export function TopPanel({ demo }: { readonly demo: Demo }) {
  const { reply, isBusy, isEdited, error } = demo;
  const where = reply?.backend === 'wasm' ? ' on the processor' : '';
  const note = isBusy
    ? 'the model is decoding …'
    : reply
      ? `decoded in ${Math.round(reply.elapsedMs)} ms${where}`
      : undefined;
  return (
    <Panel
      title="Next item, top 10"
      note={<span role="status">{note}</span>}
      className={`top ${isBusy ? 'is-busy' : ''}`}
    >
      {error && <ErrorNote title="No recommendation" error={error} />}
      {!reply && !error && <TopPlaceholder />}
      {reply && (
        <ol className="top-list" aria-busy={isBusy}>
          {reply.top.map((entry, index) => (
            <TopRow key={entry.card.item} rank={index + 1} entry={entry} best={reply.top[0]?.logProbability ?? 0} />
          ))}
        </ol>
      )}
      {reply && <TargetLine reply={reply} isEdited={isEdited} />}
    </Panel>
  );
}

interface TopRowProps {
  readonly rank: number;
  readonly entry: RecommendReply['top'][number];
  readonly best: number;
}

function TopRow({ rank, entry, best }: TopRowProps) {
  const { card, logProbability, isTarget } = entry;
  return (
    <li className={`top-row ${isTarget ? 'is-target' : ''}`}>
      <span className="rank">{rank}</span>
      <ItemPicture card={card} size={48} />
      <span className="item-text">
        <span className="item-title">{card.title}</span>
        <span className="item-detail">{[card.domain, card.detail].filter((part) => part).join(' · ')}</span>
      </span>
      {isTarget && (
        <span className="badge is-good">
          <Target size={12} aria-hidden /> true next item
        </span>
      )}
      <CodePath codes={card.codes} />
      <span className="score">
        <span className="score-number">{formatProbability(Math.exp(logProbability))}</span>
        <span className="score-log" title="log-probability of the identifier">
          log p {formatValue(logProbability)}
        </span>
        <span className="score-bar" aria-hidden="true">
          <span style={{ transform: `scaleX(${Math.exp(logProbability - best)})` }} />
        </span>
      </span>
    </li>
  );
}

function TargetLine({ reply, isEdited }: { readonly reply: RecommendReply; readonly isEdited: boolean }) {
  if (isEdited) return <p className="target-line">An edited history has no true next item.</p>;
  const { target, top } = reply;
  if (!target) return null;
  const rank = top.findIndex((entry) => entry.isTarget) + 1;
  return (
    <div className="target-line">
      <Target size={14} aria-hidden />
      <span>{rank > 0 ? `The true next item is at place ${rank}.` : 'The true next item is not among the ten:'}</span>
      {rank === 0 && <TargetCard card={target} />}
    </div>
  );
}

function TargetCard({ card }: { readonly card: ItemCard }) {
  return (
    <span className="target-card">
      <ItemPicture card={card} size={32} />
      <span className="item-title">{card.title}</span>
      <CodePath codes={card.codes} />
    </span>
  );
}

function TopPlaceholder() {
  return (
    <div className="top-list is-placeholder" aria-hidden="true">
      {Array.from({ length: 10 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing tells the rows apart
        <div key={index} className="top-row" />
      ))}
    </div>
  );
}
