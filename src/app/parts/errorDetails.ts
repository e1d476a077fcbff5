/** What somebody who looks into an error needs: what was said, where, on what, with which settings. No data, no item texts. */
import type { ErrorReport } from '../../worker/protocol';
import { useDraft } from '../stores/draft';
import { runningRun, useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';

export interface ErrorFacts {
  readonly title: string;
  readonly error: Pick<ErrorReport, 'code' | 'message'>;
  /** Of a fault of the page. */
  readonly stack?: string | undefined;
}

/** Lines of text for a report. */
export function errorDetails({ title, error: { code, message }, stack }: ErrorFacts): string {
  const { adapter, adapterProblem, data } = useWorkspace.getState();
  const jobs = useJobs.getState();
  const run = runningRun(jobs) ?? (jobs.recommender.state === 'none' ? 'tokenizer' : 'recommender');
  const config = jobs[run].config ?? useDraft.getState().config;
  const limits = adapter && `buffers to ${adapter.maxBufferBytes} B, bindings to ${adapter.maxBindingBytes} B`;
  const lines: readonly (readonly [string, string | null | undefined])[] = [
    ['Error', title],
    ['Code', code],
    ['Message', message],
    ['Page', globalThis.location?.hash.replace(/\?.*/, '')],
    ['Adapter', adapter ? `${adapter.name}${adapter.isSoftware ? ' (software)' : ''}, ${limits}` : adapterProblem],
    ['Browser', globalThis.navigator?.userAgent],
    ['Data', data && `${data.items} items, ${data.users} users, content ${data.hash.slice(0, 12)}`],
    ['Configuration', JSON.stringify(config)],
    ['Stack', stack],
  ];
  return lines.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])).join('\n');
}
