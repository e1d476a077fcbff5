import { useCallback, useId, useMemo } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { shortText, useViewParam } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { overlayFigure } from './overlayFigure';
import { isTestKey, metricKeys, metricTitle } from './runColumns';

interface OverlayPanelProps {
  readonly runs: readonly RunInfo[];
  readonly all: readonly RunInfo[];
  readonly groupBy: string;
}

/** One curve of all chosen runs. */
export function OverlayPanel({ runs, all, groupBy }: OverlayPanelProps) {
  const id = useId();
  const session = useSession();
  const note = useDataNote();
  const [wanted, setWanted] = useViewParam('curve', shortText(80));
  const keys = metricKeys(runs).filter((key) => !isTestKey(key));
  const metric = keys.includes(wanted) ? wanted : (keys.find((key) => key === 'recommender/validNdcg10') ?? keys[0]);
  const names = runs.map(({ id: run }) => run).join(' ');
  const ask = useCallback(() => session.runs.rows(names.split(' ')), [session, names]);
  const { value: rows, error } = useAnswer(ask);
  const spec = useMemo(
    () => (rows && metric ? overlayFigure({ runs, all, rows, metric, groupBy, note }) : null),
    [rows, runs, all, metric, groupBy, note],
  );
  if (error) return <ErrorNote title="The curves could not be read" error={error} />;
  if (!spec) return null;
  return (
    <FigurePanel
      spec={spec}
      controls={
        <>
          <label htmlFor={id}>Curve</label>
          <select id={id} value={metric} onChange={({ target }) => setWanted(target.value)}>
            {keys.map((key) => (
              <option key={key} value={key}>
                {metricTitle(key)}
              </option>
            ))}
          </select>
        </>
      }
    />
  );
}
