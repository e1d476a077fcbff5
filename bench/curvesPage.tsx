/**
 * The live curves of the app by themselves, filled with long runs: `npm run frames` opens this page and counts frames while
 * points come and while the steps shown are moved. Nothing here is measured but the app's own component.
 */
import { createRoot } from 'react-dom/client';
import { CurvesPanel } from '../src/app/charts/CurvesPanel';
import type { Figure } from '../src/app/charts/curvesFigure';
import { appendRows, clearCurves, curveOf } from '../src/app/curves/curves';
import { useViewParams } from '../src/app/navigation/viewParams';
import { uniformGenerator } from '../src/base/random';
import '../src/app/styles/tokens.css';
import '../src/app/styles/base.css';
import '../src/app/styles/controls.css';
import '../src/app/styles/figures.css';
import '../src/app/styles/figureFrame.css';

const LINES = 8;
const keyOf = (line: number): string => `value${line}`;

/** All lines in one plot, or two in each of four plots with their averages over them: sixteen drawn lines. */
const LAYOUTS: Readonly<Record<'one' | 'four', readonly Figure[]>> = {
  one: [
    {
      title: 'Eight lines',
      lines: Array.from({ length: LINES }, (_, line) => ({
        key: keyOf(line),
        label: `Line ${line + 1}`,
        colour: line,
        isSmoothed: false,
      })),
    },
  ],
  four: Array.from({ length: 4 }, (_, plot) => ({
    title: `Plot ${plot + 1}`,
    lines: [2 * plot, 2 * plot + 1].map((line) => ({
      key: keyOf(line),
      label: `Line ${line + 1}`,
      colour: line,
      isSmoothed: true,
    })),
  })),
};

const uniform = uniformGenerator(1);
let step = 0;

/** Falling losses with noise, and a spike now and then. */
function nextRow(): Parameters<typeof appendRows>[0][number] {
  step++;
  const values: Record<string, number> = {};
  for (let line = 0; line < LINES; line++) {
    const spike = uniform() < 1e-4 ? 3 : 0;
    values[keyOf(line)] = 2 + line / 2 + 6 * Math.exp(-step / 30_000) + uniform() - 0.5 + spike;
  }
  return { run: 'recommender', step, epoch: 1, seconds: 0, values };
}

const root = createRoot(document.getElementById('root') ?? document.body);

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** What is done in every frame: points that come (one row of all lines), and a turn of the wheel over the first plot. */
interface Load {
  readonly hasAppends: boolean;
  readonly hasWheel: boolean;
}

/** Drives the page for some seconds. @returns milliseconds between frames */
async function drive({ hasAppends, hasWheel }: Load, seconds: number): Promise<number[]> {
  useViewParams.setState({ params: {} });
  for (let settled = 0; settled < 30; settled++) await frame();
  const over = document.querySelector('.u-over');
  if (!over) throw new Error('curvesPage: wanted a plot, there is none.');
  const box = over.getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true, cancelable: true };
  over.dispatchEvent(new MouseEvent('mousemove', at));
  const gaps: number[] = [];
  const turn = (of: number): void => {
    // Into a fiftieth of the run, along it and back out, over and over.
    const phase = of % 240;
    const init =
      phase < 60
        ? { ctrlKey: true, deltaY: -26 }
        : phase < 180
          ? { deltaX: phase < 120 ? 60 : -60 }
          : { ctrlKey: true, deltaY: 26 };
    over.dispatchEvent(new WheelEvent('wheel', { ...at, ...init }));
  };
  let last = await frame();
  const end = last + seconds * 1000;
  for (let count = 0; last < end; count++) {
    if (hasAppends) appendRows([nextRow()]);
    if (hasWheel) turn(count);
    const now = await frame();
    gaps.push(now - last);
    last = now;
  }
  return gaps;
}

const api = {
  /** Fills the curves and shows them. @returns milliseconds of filling */
  async open(layout: 'one' | 'four', points: number): Promise<number> {
    clearCurves('recommender');
    step = 0;
    const started = performance.now();
    appendRows(Array.from({ length: points }, nextRow));
    const ms = performance.now() - started;
    root.render(<CurvesPanel key={`${layout} ${points}`} run="recommender" figures={LAYOUTS[layout]} />);
    while (!document.querySelector('.chart-host:not(.is-empty) canvas')) await frame();
    for (let settled = 0; settled < 30; settled++) await frame();
    return ms;
  },
  drive,
  held: (): number => curveOf('recommender', keyOf(0)).length,
  shown: (): string => document.querySelector<HTMLElement>('.chart-host')?.dataset['steps'] ?? '',
};

declare global {
  var curvesBench: typeof api | undefined;
}
globalThis.curvesBench = api;
