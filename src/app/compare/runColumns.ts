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

/**
 * What a configuration key tells of these runs. `differs`: every system has it, with several values. `own`: several values among
 * the systems that have it, but one has no such key. `same`: nothing.
 */
export type KeyKind = 'differs' | 'own' | 'same';

/** Every key with its kind, in the order in which configurations have them, keys of a section together. */
export function keyKinds(runs: readonly RunInfo[]): ReadonlyMap<string, KeyKind> {
  const flats = runs.map(({ system, config }) => ({ system, flat: flatConfig(config) }));
  const systems = new Set(runs.map(({ system }) => system)).size;
  const kindOf = (key: string): KeyKind => {
    const owners = new Set(flats.flatMap(({ system, flat }) => (key in flat ? [system] : [])));
    const values = flats.flatMap(({ system, flat }) => (owners.has(system) ? [JSON.stringify(flat[key]) ?? ''] : []));
    if (new Set(values).size < 2) return 'same';
    return owners.size === systems ? 'differs' : 'own';
  };
  const keys = configKeys(runs);
  const sections = [...new Set(keys.map(sectionOf))];
  return new Map(
    sections.flatMap((section) =>
      keys.flatMap((key) => (sectionOf(key) === section ? [[key, kindOf(key)] as const] : [])),
    ),
  );
}

/** `recommender` of `recommender.dropout`; keys without a part above them belong to the run. */
export const sectionOf = (key: string): string => (key.includes('.') ? key.slice(0, key.indexOf('.')) : 'run');

/** A key within its section. */
export const nameInSection = (key: string): string => key.slice(key.indexOf('.') + 1);

interface ShownKeys {
  readonly isDiffOnly: boolean;
  /** What the user decided of single keys. */
  readonly picked: Readonly<Record<string, boolean>>;
}

/** Keys with a column: what was picked by hand, and else what differs and every system has, or all. */
export const shownKeys = (kinds: ReadonlyMap<string, KeyKind>, { isDiffOnly, picked }: ShownKeys): string[] =>
  [...kinds].flatMap(([key, kind]) => ((picked[key] ?? (kind === 'differs' || !isDiffOnly)) ? [key] : []));

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
