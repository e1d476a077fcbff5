/** What the run table shows of a run: its configuration key by key, and its metrics with the value that is meant. */

import type { RunInfo } from '../../worker/protocol';
import { formatMetric, formatValue } from '../format/numbers';

/** Which of a metric's values counts. */
export const AGGREGATORS = ['last', 'best', 'atBest'] as const;
export type Aggregator = (typeof AGGREGATORS)[number];
export const AGGREGATOR_WORDS: Readonly<Record<Aggregator, string>> = {
  last: 'last',
  best: 'best',
  atBest: 'at best validation',
};

/** Of the test split, measured once with the state of the best validation. */
const TEST_METRICS = { 'R@5': 'recall5', 'N@5': 'ndcg5', 'R@10': 'recall10', 'N@10': 'ndcg10' } as const;
type TestMetric = keyof typeof TEST_METRICS;
export const TEST_KEYS: readonly string[] = Object.keys(TEST_METRICS).map((label) => `test/${label}`);
export const isTestKey = (key: string): boolean => key.startsWith('test/');

export type ConfigValue = string | number | boolean | null;

/** A configuration by dotted keys, lists as text; name and seed have columns of their own. */
export function flatConfig(config: unknown, prefix = ''): Record<string, ConfigValue> {
  const flat: Record<string, ConfigValue> = {};
  if (typeof config !== 'object' || config === null) return flat;
  for (const [key, value] of Object.entries(config)) {
    const path = prefix + key;
    if (path === 'name' || path === 'seed') continue;
    if (Array.isArray(value)) flat[path] = value.map((each) => String(each)).join(', ');
    else if (typeof value === 'object' && value !== null) Object.assign(flat, flatConfig(value, `${path}.`));
    else if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) flat[path] = value;
  }
  return flat;
}

/** Keys whose values are not the same in all runs, a missing one being a value; none for one run. */
export function differingKeys(runs: readonly RunInfo[]): string[] {
  const flats = runs.map(({ config }) => flatConfig(config));
  const keys = [...new Set(flats.flatMap((flat) => Object.keys(flat)))];
  return keys.filter((key) => new Set(flats.map((flat) => JSON.stringify(flat[key]) ?? '')).size > 1);
}

/** All keys, in the order in which configurations have them. */
export const configKeys = (runs: readonly RunInfo[]): string[] => [
  ...new Set(runs.flatMap(({ config }) => Object.keys(flatConfig(config)))),
];

/** Curves that some run has, after the metrics of the test split. */
export const metricKeys = (runs: readonly RunInfo[]): string[] => [
  ...TEST_KEYS,
  ...[...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))].sort(),
];

/** The evaluation that stands for a run: its model on the test split, items of the history being candidates. */
export function testEvaluation({ evaluations }: RunInfo): RunInfo['evaluations'][number] | null {
  const tests = evaluations.filter(({ kind, split }) => kind === 'model' && split === 'test');
  return tests.find(({ details }) => details?.protocol.seenItems === 'kept') ?? tests[0] ?? null;
}

/** Null where the run has no such value. */
export function metricOf(run: RunInfo, key: string, aggregator: Aggregator): number | null {
  if (!isTestKey(key)) return run.metrics[key]?.[aggregator] ?? null;
  const field = TEST_METRICS[key.slice('test/'.length) as TestMetric];
  return (field && testEvaluation(run)?.metrics[field]) ?? null;
}

/** Four digits for shares of users, three or four significant ones for losses. */
export function metricText(key: string, value: number | null): string {
  if (value === null) return '–';
  return isTestKey(key) || /recall|ndcg|mrr/i.test(key) ? formatMetric(value) : formatValue(value);
}

/** What a cell means, for its hover text. */
export function metricMeaning(key: string, aggregator: Aggregator): string {
  if (isTestKey(key)) return 'test split, model of the best validation';
  const split = /\/valid/.test(key) ? 'validation split' : 'training';
  return `${AGGREGATOR_WORDS[aggregator]}, ${split}`;
}

/** `recommender/validNdcg10` → `valid NDCG@10`, `tokenizer/loss` → `tokenizer loss`. */
export function metricTitle(key: string): string {
  if (isTestKey(key)) return key.slice('test/'.length);
  const [part = '', name = ''] = key.split('/');
  const known = /^valid(Recall|Ndcg)(\d+)$/.exec(name);
  if (known) return `valid ${known[1] === 'Ndcg' ? 'NDCG' : 'Recall'}@${known[2]}`;
  return `${part === 'recommender' ? '' : `${part} `}${name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}
