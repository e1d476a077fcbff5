import { useEffect, useRef, useState } from 'react';
import { type Run, useCurveVersion } from '../curves/curves';
import { FigureTables } from '../figures/FigureTables';
import type { FigureSpec } from '../figures/spec';
import { curvesFigure, type Figure } from './curvesFigure';

/** Rows of a long curve are many objects: made anew this often at most. */
const EVERY_MS = 2000;

/** The same curves as numbers: every point, a page at a time. */
export function CurveTable({ run, figures }: { readonly run: Run; readonly figures: readonly Figure[] }) {
  const spec = useSettled(run, figures);
  const [wanted, setWanted] = useState('');
  if (spec.data.length === 0) return <p className="quiet">No points yet.</p>;
  return <FigureTables tables={spec.data} chosen={wanted} onChoose={setWanted} />;
}

/** The figure of the curves, a little behind where points come fast. */
function useSettled(run: Run, figures: readonly Figure[]): FigureSpec {
  const version = useCurveVersion();
  const latest = useRef(version);
  latest.current = version;
  const [held, setHeld] = useState(() => ({ run, figures, version, spec: curvesFigure(run, figures, null) }));
  const isOther = held.run !== run || held.figures !== figures;
  const isBehind = held.version !== version;
  useEffect(() => {
    if (!isOther && !isBehind) return;
    const renew = (): void =>
      setHeld({ run, figures, version: latest.current, spec: curvesFigure(run, figures, null) });
    const timer = setTimeout(renew, isOther ? 0 : EVERY_MS);
    return () => clearTimeout(timer);
  }, [run, figures, isOther, isBehind]);
  return held.spec;
}
