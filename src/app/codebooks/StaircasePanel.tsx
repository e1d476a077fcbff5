import { useCallback, useMemo } from 'react';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { ErrorNote } from '../parts/ErrorNote';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { staircaseFigure } from './staircaseFigure';
import { useSettledVersion } from './useSettledVersion';

/** What each level of a residual tokenizer explains, by domain; nothing for tokenizers whose encoder is not at hand. */
export function StaircasePanel() {
  const session = useSession();
  const version = useSettledVersion();
  const note = useDataNote();
  const ask = useCallback(() => session.codebooks({ kind: 'residualStaircase' }), [session]);
  const { value, error } = useAnswer(version > 0 ? ask : null, version);
  const spec = useMemo(() => value && staircaseFigure(value, note), [value, note]);
  if (error) return <ErrorNote title="The residuals could not be measured" error={error} />;
  return spec && <FigurePanel spec={spec} />;
}
