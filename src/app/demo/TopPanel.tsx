import { Target } from 'lucide-react';
import { type ReactNode, useCallback } from 'react';
import type { ItemCard, RecommendReply, TargetRank } from '../../worker/protocol';
import { formatCount, formatProbability, formatValue } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import type { Demo } from './useDemo';

/** The ten items that the model finds likeliest to come next, and the place of the true one among all. */
export function TopPanel({ demo, name }: { readonly demo: Demo; readonly name: string }) {
  const { reply, isBusy, isEdited, error } = demo;
  const where = reply?.backend === 'wasm' ? ' on the processor' : '';
  const note = isBusy
    ? 'the model is decoding …'
    : reply
      ? `${name}, decoded in ${Math.round(reply.elapsedMs)} ms${where}`
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
          {reply.top.map(({ card, logProbability, isTarget }, index) => (
            <TopRow
              key={card.item}
              rank={index + 1}
              card={card}
              isTarget={isTarget}
              share={Math.exp(logProbability - (reply.top[0]?.logProbability ?? 0))}
            >
              <span className="score-number">{formatProbability(Math.exp(logProbability))}</span>
              <span className="score-log" title="log-probability of the identifier">
                log p {formatValue(logProbability)}
              </span>
            </TopRow>
          ))}
        </ol>
      )}
      {reply && <TargetLine demo={demo} reply={reply} isEdited={isEdited} />}
    </Panel>
  );
}

interface TopRowProps {
  readonly rank: number;
  readonly card: ItemCard;
  readonly isTarget: boolean;
  /** Of the first one's score. */
  readonly share: number;
  readonly children: ReactNode;
}

export function TopRow({ rank, card, isTarget, share, children }: TopRowProps) {
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
        {children}
        <span className="score-bar" aria-hidden="true">
          <span style={{ transform: `scaleX(${share})` }} />
        </span>
      </span>
    </li>
  );
}

interface TargetLineProps {
  readonly demo: Demo;
  readonly reply: RecommendReply;
  readonly isEdited: boolean;
}

function TargetLine({ demo, reply, isEdited }: TargetLineProps) {
  const session = useSession();
  const { user } = reply;
  const isAsked = !isEdited && !demo.isBusy && reply.target !== null;
  const ask = useCallback(
    async () => ({ user, rank: await session.ask({ kind: 'targetRank', user }) }),
    [session, user],
  );
  const { value, error } = useAnswer(isAsked ? ask : null);
  if (isEdited) return <p className="target-line">An edited history has no true next item.</p>;
  const { target, top } = reply;
  if (!target) return null;
  const place = top.findIndex((entry) => entry.isTarget) + 1;
  return (
    <div className="target-line">
      <Target size={14} aria-hidden />
      <span>{place > 0 ? `The true next item is at place ${place}.` : 'The true next item is not among the ten:'}</span>
      {place === 0 && <TargetCard card={target} />}
      {error && <ErrorNote title="The full ranking could not be made" error={error} />}
      {!error && (
        <span className="quiet" role="status">
          {value?.user === user ? rankSentence(value.rank) : 'scoring every item …'}
        </span>
      )}
    </div>
  );
}

/** In the full ranking, where every item is scored: the search itself sees only its beams. */
export function rankSentence({ rank, items, logProbability }: TargetRank): string {
  if (rank === null || logProbability === null)
    return `Its place among all ${formatCount(items)} items is not computed: they are too many to score one by one here.`;
  return `Place ${formatCount(rank)} of ${formatCount(items)} in the full ranking, with ${formatProbability(Math.exp(logProbability))}.`;
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
