/** Order, filter and grouping of the run table. None of them changes a number. */
import type { RunInfo } from '../../worker/protocol';
import { type Aggregator, flatConfig, metricOf } from './runColumns';

export interface RunSort {
  /** `name`, `created`, a configuration key, or a metric. */
  readonly by: string;
  readonly isDescending: boolean;
}

/** Runs whose name, system, data or configuration contain all words. */
export function filtered(runs: readonly RunInfo[], query: string): RunInfo[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    const { name, id, system, data, source, seed } = run;
    const config = Object.entries(flatConfig(run.config)).map(([key, value]) => `${key}=${value}`);
    const text = [name, id, system, data.name, source, `seed=${seed}`, ...config].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Runs without a value come last, whichever way; equal ones stay as they were. */
export function ordered(
  runs: readonly RunInfo[],
  { by, isDescending }: RunSort,
  aggregatorOf: (key: string) => Aggregator,
): RunInfo[] {
  const sortValue = (run: RunInfo): string | number | null => {
    if (by === 'name') return run.name.toLowerCase();
    if (by === 'created') return run.createdAtMs;
    if (by === 'seed') return run.seed;
    if (by.includes('/')) return metricOf(run, by, aggregatorOf(by));
    const value = flatConfig(run.config)[by];
    return typeof value === 'boolean' ? String(value) : (value ?? null);
  };
  const sign = isDescending ? -1 : 1;
  return [...runs].sort((a, b) => {
    const [first, second] = [sortValue(a), sortValue(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    if (typeof first === 'number' && typeof second === 'number') return sign * (first - second);
    return sign * String(first).localeCompare(String(second), 'en');
  });
}

/**
 * Which style each run has: by the value of a configuration key, or one each. Values count in the order of all runs, so that
 * hiding a run recolours no other.
 * @param key `run` for one style a run
 */
export function styleIndices(all: readonly RunInfo[], key: string): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const oldestFirst = [...all].sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
  return new Map(
    oldestFirst.map((run) => {
      const value = groupOf(run, key);
      if (!places.has(value)) places.set(value, places.size);
      return [run.id, places.get(value) ?? 0] as const;
    }),
  );
}

/** The value of the key that runs are grouped by, as text. */
export function groupOf(run: RunInfo, key: string): string {
  if (key === 'run') return run.id;
  if (key === 'system') return run.system;
  return `${key} ${flatConfig(run.config)[key] ?? '–'}`;
}
