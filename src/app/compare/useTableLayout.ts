/** Which columns the run table has; remembered in this browser. */
import * as v from 'valibot';
import { create } from 'zustand';
import { readKept, writeKept } from '../stores/kept';
import { AGGREGATORS, type Aggregator } from './runColumns';

export interface MetricColumn {
  readonly key: string;
  readonly aggregator: Aggregator;
}

interface Layout {
  /** Configuration keys that are the same in all runs are left out. */
  readonly isDiffOnly: boolean;
  /** Configuration keys that were shown or hidden by hand. */
  readonly picked: Readonly<Record<string, boolean>>;
  readonly metrics: readonly MetricColumn[];
}

interface LayoutActions {
  /** Forgets what was picked by hand. */
  showAll(isAll: boolean): void;
  pick(keys: readonly string[], isShown: boolean): void;
  add(key: string): void;
  drop(key: string): void;
  aggregate(key: string, aggregator: Aggregator): void;
}

const KEY = 'tessera-run-columns';
const FIRST: Layout = {
  isDiffOnly: true,
  picked: {},
  metrics: [
    { key: 'test/R@10', aggregator: 'atBest' },
    { key: 'test/N@10', aggregator: 'atBest' },
    { key: 'recommender/validNdcg10', aggregator: 'best' },
  ],
};
const LAYOUT = v.object({
  isDiffOnly: v.boolean(),
  picked: v.optional(v.record(v.string(), v.boolean()), {}),
  metrics: v.pipe(v.array(v.object({ key: v.string(), aggregator: v.picklist(AGGREGATORS) })), v.maxLength(40)),
});

function kept(): Layout {
  try {
    return v.parse(LAYOUT, JSON.parse(readKept(KEY) ?? 'null'));
  } catch {
    // Nothing is kept, or an older program kept it otherwise.
    return FIRST;
  }
}

export const useTableLayout = create<Layout & LayoutActions>()((set, get) => {
  const change = (part: Partial<Layout>): void => {
    set(part);
    const { isDiffOnly, picked, metrics } = get();
    writeKept(KEY, JSON.stringify({ isDiffOnly, picked, metrics }));
  };
  return {
    ...kept(),
    showAll: (isAll) => change({ isDiffOnly: !isAll, picked: {} }),
    pick: (keys, isShown) =>
      change({ picked: { ...get().picked, ...Object.fromEntries(keys.map((key) => [key, isShown])) } }),
    add: (key) =>
      change({ metrics: [...get().metrics.filter((column) => column.key !== key), { key, aggregator: 'best' }] }),
    drop: (key) => change({ metrics: get().metrics.filter((column) => column.key !== key) }),
    aggregate: (key, aggregator) =>
      change({ metrics: get().metrics.map((column) => (column.key === key ? { key, aggregator } : column)) }),
  };
});
