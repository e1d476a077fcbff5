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
  readonly metrics: readonly MetricColumn[];
}

interface LayoutActions {
  showAll(isAll: boolean): void;
  add(key: string): void;
  drop(key: string): void;
  aggregate(key: string, aggregator: Aggregator): void;
}

const KEY = 'tessera-run-columns';
const FIRST: Layout = {
  isDiffOnly: true,
  metrics: [
    { key: 'test/R@10', aggregator: 'atBest' },
    { key: 'test/N@10', aggregator: 'atBest' },
    { key: 'recommender/validNdcg10', aggregator: 'best' },
  ],
};
const LAYOUT = v.object({
  isDiffOnly: v.boolean(),
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
    const { isDiffOnly, metrics } = get();
    writeKept(KEY, JSON.stringify({ isDiffOnly, metrics }));
  };
  return {
    ...kept(),
    showAll: (isAll) => change({ isDiffOnly: !isAll }),
    add: (key) =>
      change({ metrics: [...get().metrics.filter((column) => column.key !== key), { key, aggregator: 'best' }] }),
    drop: (key) => change({ metrics: get().metrics.filter((column) => column.key !== key) }),
    aggregate: (key, aggregator) =>
      change({ metrics: get().metrics.map((column) => (column.key === key ? { key, aggregator } : column)) }),
  };
});
