// What the window's main thread does, from the browser's own trace, and what moves on the page, from its own observer.
import type { Browser, Page } from '@playwright/test';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time in µs: a busy machine takes the thread away, which is not the page's doing. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0);

/** Processor milliseconds of every task of the page's main thread while `work` goes on, ascending. */
export async function mainThreadTasks(
  browser: Browser,
  page: Page,
  work: () => Promise<void>,
): Promise<readonly number[]> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await work();
  const { traceEvents }: { traceEvents: readonly TraceEvent[] } = JSON.parse((await browser.stopTracing()).toString());
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const isMain = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map((event) => threadOf(event)),
  );
  const tasks = new Map<string, number[]>();
  for (const event of traceEvents) {
    const thread = threadOf(event);
    if (event.ph !== 'X' || event.name !== 'ThreadControllerImpl::RunTask' || !isMain.has(thread)) continue;
    const known = tasks.get(thread) ?? [];
    known.push((event.tdur ?? 0) / 1000);
    tasks.set(thread, known);
  }
  // Other pages and the browser's spare renderer do next to nothing.
  const busiest = [...tasks.values()].sort((a, b) => sum(b) - sum(a))[0] ?? [];
  return busiest.sort((a, b) => a - b);
}

/** Sum of the layout shifts of the page while `work` goes on, those right after an input too. */
export async function layoutShiftDuring(page: Page, work: () => Promise<void>): Promise<number> {
  const total = await page.evaluateHandle(() => {
    const seen = { sum: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if ('value' in entry) seen.sum += Number(entry.value);
    }).observe({ type: 'layout-shift' });
    return seen;
  });
  await work();
  // A shift is told with the frame that shows it.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  return total.evaluate(({ sum: all }) => all);
}
