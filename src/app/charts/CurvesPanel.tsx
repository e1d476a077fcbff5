import { ChartLine, Table } from 'lucide-react';
import { useMemo, useState } from 'react';
import { curveOf, phaseEndsOf, type Run, useCurveVersion } from '../curves/curves';
import { ExportMenu } from '../figures/ExportMenu';
import { formatCount } from '../format/numbers';
import { useViewParam } from '../navigation/viewParams';
import { Panel } from '../parts/Panel';
import { ViewToggle } from '../parts/ViewToggle';
import { CurveTable } from './CurveTable';
import type { Line } from './curveLines';
import { curvesFigure, type Figure } from './curvesFigure';
import { LineChart } from './LineChart';
import { ZoomBar } from './ZoomBar';
import { type Span, withinAll, ZOOM } from './zoom';

/** Says in words what the dashed upright lines mark. */
function PhaseNote({ run }: { readonly run: Run }) {
  useCurveVersion();
  const ends = phaseEndsOf(run);
  if (ends.length === 0) return null;
  const steps = ends.map((end) => formatCount(end)).join(', ');
  return (
    <p className="chart-note">
      Dashed upright line: after step {steps} the next phase of training begins, on other data or with another schedule.
    </p>
  );
}

/** Small multiples of a run's curves, or the same numbers as a table. */
export function CurvesPanel({ run, figures }: { readonly run: Run; readonly figures: readonly Figure[] }) {
  const [view, setView] = useState<'figure' | 'table'>('figure');
  const [zoom, setZoom] = useViewParam('zoom', ZOOM);
  const lines = useMemo(() => figures.flatMap((figure) => figure.lines), [figures]);
  const all = useAllSteps(run, lines);
  const span = zoom && all && withinAll(zoom, all);
  const actions = (
    <>
      <ViewToggle
        label="View of the curves"
        chosen={view}
        choices={[
          { value: 'figure', label: 'Curves', Icon: ChartLine },
          { value: 'table', label: 'Table', Icon: Table },
        ]}
        onChoose={setView}
      />
      {all && <ExportMenu spec={curvesFigure(run, figures, span)} />}
    </>
  );
  return (
    <Panel
      title="Curves"
      note="smoothed over up to 10 points, raw behind; drag to zoom, double-click for all"
      actions={actions}
    >
      {view === 'figure' ? (
        <>
          <ZoomBar span={span} all={all} onZoom={setZoom} />
          <div className={`charts charts-${figures.length}`}>
            {figures.map((figure) => (
              <LineChart
                key={figure.title}
                run={run}
                title={figure.title}
                lines={figure.lines}
                height={figures.length > 3 ? 132 : 168}
                span={span}
                onZoom={(wanted) => setZoom(wanted && all && withinAll(wanted, all))}
              />
            ))}
          </div>
        </>
      ) : (
        <CurveTable run={run} figures={figures} />
      )}
      <PhaseNote run={run} />
    </Panel>
  );
}

/** First and last step of the curves together; null before there are two. */
function useAllSteps(run: Run, lines: readonly Line[]): Span | null {
  useCurveVersion();
  const curves = lines.map((line) => curveOf(run, line.key)).filter(({ length }) => length > 0);
  const first = Math.min(...curves.map(({ steps }) => steps[0] ?? 0));
  const last = Math.max(...curves.map(({ steps }) => steps.at(-1) ?? 0));
  return last > first ? [first, last] : null;
}
