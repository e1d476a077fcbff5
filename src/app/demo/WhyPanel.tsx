import { useCallback, useMemo } from 'react';
import type { BeamReply, ItemCard, Question } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { ofRun } from './demoView';
import { whyFigure } from './whyFigure';

interface WhyPanelProps {
  readonly question: Question;
  /** Another run that is asked; null for the Demo's own model. */
  readonly run: string | null;
  /** Of the model; null where one alone is shown. */
  readonly of: string | null;
  /** Oldest first. */
  readonly history: readonly ItemCard[];
  readonly beam: BeamReply | null;
  readonly item: number;
  /** Of the item; null while it is not known. */
  readonly title: string | null;
}

/** What the history does for one item: the item is scored again without each of the history's items. */
export function WhyPanel({ question, run, of, history, beam, item, title }: WhyPanelProps) {
  const session = useSession();
  const ask = useCallback(
    async () => ({ question, why: await session.ask({ kind: 'why', item, ...question, ...ofRun(run) }) }),
    [session, question, item, run],
  );
  const { value, error } = useAnswer(ask);
  const findTitle = useCallback(async () => (await session.ask({ kind: 'items', items: [item] }))[0], [session, item]);
  const { value: card } = useAnswer(title === null ? findTitle : null);
  const isCurrent =
    value?.question === question && value.why.item === item && value.why.without.length === history.length;
  const spec = useMemo(() => {
    if (!isCurrent) return null;
    const place = beam?.leaves.findIndex((leaf) => leaf.item === item) ?? -1;
    const spec = whyFigure(value.why, history, beam, place, title ?? card?.title ?? `item ${item}`);
    return of === null ? spec : { ...spec, title: `${spec.title}, ${of}` };
  }, [isCurrent, value, history, beam, item, title, card, of]);
  if (error) return <ErrorNote title="The reasons could not be computed" error={error} />;
  if (!spec)
    return (
      <Panel title="Why">
        <p className="quiet" role="status">
          Scoring the item without each item of the history …
        </p>
      </Panel>
    );
  return <FigurePanel spec={spec} note={`leave-one-out, ${Math.round(value?.why.elapsedMs ?? 0)} ms`} />;
}
