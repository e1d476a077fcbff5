import { useCallback } from 'react';
import type { Question } from '../../worker/protocol';
import { formatProbability, formatValue } from '../format/numbers';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { BesidePanel } from './BesidePanel';
import { LISTED } from './useDemo';

interface RunPanelProps {
  readonly run: string;
  readonly name: string;
  readonly system: string;
  readonly question: Question;
  readonly onClose: () => void;
}

/** What another trained run says to the same history; its codes are its own. */
export function RunPanel({ run, name, system, question, onClose }: RunPanelProps) {
  const session = useSession();
  const ask = useCallback(
    () => session.ask({ kind: 'besideTop', run, count: LISTED, ...question }),
    [session, run, question],
  );
  const { value, error, isStale } = useAnswer(ask);
  const best = value?.top[0]?.score ?? 0;
  const where = value?.backend === 'wasm' ? ' on the processor' : '';
  const unknown = value?.unknownItems ? `, ${value.unknownItems} items of the history unknown to it` : '';
  return (
    <BesidePanel
      name={name}
      note={
        value
          ? `${system}, ${Math.round(value.elapsedMs)} ms${where}${unknown}`
          : error
            ? system
            : `${system}, opening …`
      }
      targetRank={value?.targetRank ?? null}
      error={error}
      isBusy={isStale}
      onClose={onClose}
      rows={(value?.top ?? []).map((row) => ({
        ...row,
        share: Math.exp(row.score - best),
        score: value?.isLogProbability ? formatProbability(Math.exp(row.score)) : formatValue(row.score),
        unit: value?.isLogProbability ? `log p ${formatValue(row.score)}` : 'score',
      }))}
    />
  );
}
