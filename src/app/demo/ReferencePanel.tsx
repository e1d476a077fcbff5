import { useCallback } from 'react';
import type { Question, ReferenceReply } from '../../worker/protocol';
import { formatValue } from '../format/numbers';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { BesidePanel } from './BesidePanel';
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
  const { value, error, isStale } = useAnswer(ask);
  const best = value?.top[0]?.score ?? 1;
  return (
    <BesidePanel
      name={name}
      note="counts only"
      targetRank={value?.targetRank ?? null}
      error={error}
      isBusy={isStale}
      onClose={onClose}
      rows={(value?.top ?? []).map((row) => ({
        ...row,
        share: best > 0 ? row.score / best : 0,
        score: formatValue(row.score),
        unit: 'score',
      }))}
    />
  );
}
