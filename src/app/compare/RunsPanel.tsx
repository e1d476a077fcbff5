import { Search } from 'lucide-react';
import { useId, useMemo } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { Panel } from '../parts/Panel';
import { RemovedRuns } from '../runs/RemovedRuns';
import { useSelection } from '../stores/selection';
import { ColumnMenu } from './ColumnMenu';
import { RunTable } from './RunTable';
import { isTestKey, keyKinds, metricKeys, metricTitle, shownKeys } from './runColumns';
import { filtered, ordered, type RunSort, styleIndices } from './runOrder';
import { useTableLayout } from './useTableLayout';

interface RunsPanelProps {
  readonly runs: readonly RunInfo[];
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly sort: RunSort;
  readonly onSort: (sort: RunSort) => void;
  readonly groupBy: string;
  readonly onGroup: (key: string) => void;
}

/** Every run that was trained, imported or comes with Tessera. */
export function RunsPanel({ runs, filter, onFilter, sort, onSort, groupBy, onGroup }: RunsPanelProps) {
  const id = useId();
  const layout = useTableLayout();
  const chosen = useSelection((selection) => selection.runs);
  const found = useMemo(() => filtered(runs, filter), [runs, filter]);
  const kinds = useMemo(() => keyKinds(found), [found]);
  const keys = useMemo(() => shownKeys(kinds, layout), [kinds, layout]);
  const shown = useMemo(
    () => ordered(found, sort, (key) => layout.metrics.find((column) => column.key === key)?.aggregator ?? 'best'),
    [found, sort, layout.metrics],
  );
  const styles = useMemo(() => styleIndices(runs, groupBy), [runs, groupBy]);
  const others = metricKeys(runs).filter((key) => !layout.metrics.some((column) => column.key === key));
  const differing = [...kinds].flatMap(([key, kind]) => (kind === 'same' ? [] : [key]));
  const own = [...kinds.values()].filter((kind) => kind === 'own').length;
  return (
    <Panel title="Runs" note={`${formatCount(runs.length)} in all, ${formatCount(chosen.length)} chosen`}>
      <div className="run-table-tools">
        <span className="search-box">
          <Search size={13} aria-hidden />
          <label htmlFor={`${id}-filter`} className="visually-hidden">
            Filter runs
          </label>
          <input
            id={`${id}-filter`}
            type="search"
            placeholder="Filter: name, system, key=value"
            value={filter}
            onChange={({ target }) => onFilter(target.value)}
          />
        </span>
        <label className="check">
          <input
            type="checkbox"
            checked={!layout.isDiffOnly}
            onChange={({ target }) => layout.showAll(target.checked)}
          />
          {allSettings(kinds.size - differing.length, own)}
        </label>
        <ColumnMenu runs={found} kinds={kinds} shown={keys} />
        <span className="tool">
          <label htmlFor={`${id}-add`}>Metric</label>
          <select id={`${id}-add`} value="" onChange={({ target }) => target.value !== '' && layout.add(target.value)}>
            <option value="">add a column …</option>
            {others.map((key) => (
              <option key={key} value={key}>
                {isTestKey(key) ? `test ${metricTitle(key)}` : metricTitle(key)}
              </option>
            ))}
          </select>
        </span>
        <span className="tool">
          <label htmlFor={`${id}-group`}>Colour by</label>
          <select id={`${id}-group`} value={groupBy} onChange={({ target }) => onGroup(target.value)}>
            <option value="run">run</option>
            <option value="system">system</option>
            {[...new Set([...differing, ...(groupBy.includes('.') ? [groupBy] : [])])].map((key) => (
              <option key={key} value={key}>
                {key}
              </option>
            ))}
          </select>
        </span>
      </div>
      <RemovedRuns />
      {isTestKey(sort.by) && (
        <p className="run-warning" role="note">
          Sorted by a metric of the test split. Choose between settings by validation: what is chosen by the test is no
          longer measured by it.
        </p>
      )}
      {shown.length > 0 ? (
        <RunTable runs={shown} keys={keys} sort={sort} onSort={onSort} styles={styles} />
      ) : (
        <p className="quiet">No run matches “{filter}”.</p>
      )}
    </Panel>
  );
}

/** What the box adds: "All settings (12 do not differ, 30 only within some systems)". */
function allSettings(same: number, own: number): string {
  const parts = [
    same > 0 ? `${formatCount(same)} ${same === 1 ? 'does' : 'do'} not differ` : '',
    own > 0 ? `${formatCount(own)} only within some systems` : '',
  ].filter(Boolean);
  return parts.length > 0 ? `All settings (${parts.join(', ')})` : 'All settings';
}
