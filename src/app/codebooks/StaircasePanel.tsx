import { useCallback, useMemo } from 'react';
import { useAnswer } from '../codes/useAnswer';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { ErrorNote } from '../parts/ErrorNote';
import { useSession } from '../sessionContext';
import { staircaseFigure } from './staircaseFigure';
import { useSettledVersion } from './useSettledVersion';

/** What each level of a residual tokenizer explains, by domain; nothing for tokenizers whose encoder is not at hand. */
export function StaircasePanel() {
  const session = useSession();
  const version = useSettledVersion();
  const note = useDataNote();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the codes in the worker
  const ask = useCallback(() => session.codebooks({ kind: 'residualStaircase' }), [session, version]);
  const { value, error } = useAnswer(version > 0 ? ask : null);
  const spec = useMemo(() => value && staircaseFigure(value, note), [value, note]);
  if (error) return <ErrorNote title="The residuals could not be measured" error={error} />;
  return spec && <FigurePanel spec={spec} />;
}
