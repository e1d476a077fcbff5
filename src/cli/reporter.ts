import type { JobHooks } from '../train/context';
import type { EvaluationReport } from '../train/reports';
import { progressLine } from './progressLine';

const percent = (value: number): string => value.toFixed(4);

/** Metrics as an aligned table, reference points first. */
export function evaluationTable(reports: readonly EvaluationReport[]): string {
  const width = Math.max(12, ...reports.map(({ name }) => name.length));
  const head = `${'recommender'.padEnd(width)}  R@5     N@5     R@10    N@10    p vs Most-popular`;
  const rows = reports.map(({ name, metrics, pAgainstPopular }) => {
    const values = [metrics.recall5, metrics.ndcg5, metrics.recall10, metrics.ndcg10].map(percent).join('  ');
    return `${name.padEnd(width)}  ${values}  ${pAgainstPopular === null ? '–' : pAgainstPopular.toPrecision(2)}`;
  });
  return [head, ...rows].join('\n');
}

/**
 * `--json`: one object a line on standard output. Otherwise a progress line on standard error that redraws itself.
 * @param isTable standard output is for a table only; what is said goes to standard error
 */
export function reporter(
  isJson: boolean,
  now: () => number,
  isTable = false,
): { hooks: JobHooks; say: (text: string) => void; result: (kind: string, value: object) => void } {
  let lastLoss: number | null = null;
  let lastLine = Number.NEGATIVE_INFINITY;
  const isLive = !isJson && process.stderr.isTTY === true;
  const emit = (kind: string, value: object): void =>
    void process.stdout.write(`${JSON.stringify({ kind, ...value })}\n`);
  const clear = (): void => void (isLive && process.stderr.write('\r\x1b[2K'));
  const say = (text: string): void => {
    if (isJson) return;
    clear();
    (isTable ? process.stderr : process.stdout).write(`${text}\n`);
  };
  const hooks: JobHooks = {
    progress: (progress) => {
      if (isJson) return emit('progress', progress);
      const line = progressLine(progress, lastLoss);
      if (isLive) process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 120) - 1)}`);
      else if (now() - lastLine > 10_000 || progress.done === progress.total) {
        lastLine = now();
        process.stderr.write(`${line}\n`);
      }
    },
    rows: (rows) => {
      for (const row of rows) {
        lastLoss = row.values['loss'] ?? lastLoss;
        if (isJson) emit('metrics', row);
      }
    },
    codebook: (report) => {
      if (isJson) return emit('codebook', report);
      const all = report.groups[0];
      if (all)
        say(
          `codebook after ${report.step} steps: used ${all.levels.map((level) => `${Math.round(level.usedShare * 100)} %`).join(', ')}; collisions ${(all.collisionRate * 100).toFixed(1)} %`,
        );
    },
    evaluation: (report) => {
      if (isJson) return emit('evaluation', report);
      const { metrics } = report;
      say(
        `${report.split} ${report.name} (${report.users} users): R@5 ${percent(metrics.recall5)}  N@5 ${percent(metrics.ndcg5)}  R@10 ${percent(metrics.recall10)}  N@10 ${percent(metrics.ndcg10)}`,
      );
    },
    drift: ({ assignments, neighbours: _, ...report }) => {
      // The codes themselves are in the run's folder; a line of all items' codes would drown the others.
      if (isJson) return emit('drift', { ...report, items: assignments.length / report.levels });
      const { epoch, index, tokenizers, changedShare } = report;
      const drift = changedShare === null ? '' : `; ${(changedShare * 100).toFixed(1)} % of items changed codes`;
      say(`tokenizer ${index + 1} of ${tokenizers} kept at epoch ${epoch}${drift}`);
    },
    curriculum: (report) => {
      if (isJson) return emit('curriculum', report);
      const { stage, stages, epoch, probabilities } = report;
      say(
        `influence ${stage} of ${stages} after epoch ${epoch}: probabilities ${probabilities.map((p) => p.toFixed(3)).join(' ')}`,
      );
    },
  };
  return { hooks, say, result: (kind, value) => (isJson ? emit(kind, value) : undefined) };
}
