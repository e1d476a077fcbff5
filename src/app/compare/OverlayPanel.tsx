import { useCallback, useId, useMemo } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { withinAll, ZOOM } from '../charts/zoom';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { shortText, useViewParam } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { OverlayPlot } from './OverlayPlot';
import { bufferOf, overlayFigure, stepsOf } from './overlayFigure';
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
  const [zoom, setZoom] = useViewParam('zoom', ZOOM);
  const keys = metricKeys(runs).filter((key) => !isTestKey(key));
  const metric = keys.includes(wanted) ? wanted : (keys.find((key) => key === 'recommender/validNdcg10') ?? keys[0]);
  const names = runs.map(({ id: run }) => run).join(' ');
  const ask = useCallback(async () => {
    const found = metric === undefined ? {} : await session.runs.curves(names.split(' '), metric);
    return { metric, curves: new Map(Object.entries(found).map(([run, curve]) => [run, bufferOf(curve)])) };
  }, [session, names, metric]);
  const { value: answer, error } = useAnswer(ask);
  const curves = answer?.curves;
  const steps = useMemo(() => (curves ? stepsOf([...curves.values()]) : null), [curves]);
  const span = useMemo(() => zoom && steps && withinAll(zoom, steps), [zoom, steps]);
  // The answer before stays until the next one is here: what it is called comes with it.
  const spec = useMemo(
    () =>
      answer?.metric === undefined
        ? null
        : overlayFigure({ runs, all, curves: answer.curves, metric: answer.metric, span, groupBy, note }),
    [answer, runs, all, span, groupBy, note],
  );
  if (error) return <ErrorNote title="The curves could not be read" error={error} />;
  if (!spec || !curves) return null;
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
      drawing={
        <OverlayPlot
          spec={spec}
          curves={curves}
          all={steps}
          span={span}
          onZoom={(next) => setZoom(next && steps && withinAll(next, steps))}
        />
      }
    />
  );
}
