import { useEffect, useRef, useState } from 'react';
import { type Run, useCurveVersion } from '../curves/curves';
import { FigureTable } from '../figures/FigureTable';
import type { FigureSpec } from '../figures/spec';
import { ViewToggle } from '../parts/ViewToggle';
import { curvesFigure, type Figure } from './curvesFigure';

/** Rows of a long curve are many objects: made anew this often at most. */
const EVERY_MS = 2000;

/** The same curves as numbers: every point, a page at a time. */
export function CurveTable({ run, figures }: { readonly run: Run; readonly figures: readonly Figure[] }) {
  const spec = useSettled(run, figures);
  const [wanted, setWanted] = useState('');
  const table = spec.data.find(({ name }) => name === wanted) ?? spec.data[0];
  if (!table) return <p className="quiet">No points yet.</p>;
  return (
    <>
      {spec.data.length > 1 && (
        <ViewToggle
          label="Table"
          chosen={table.name}
          choices={spec.data.map(({ name, title }) => ({ value: name, label: title }))}
          onChoose={setWanted}
        />
      )}
      <FigureTable key={table.name} table={table} />
    </>
  );
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
