import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { useSelection } from '../stores/selection';
import { RunTableRow } from './RunTableRow';
import { AGGREGATOR_WORDS, AGGREGATORS, isTestKey, metricTitle, nameInSection, sectionOf } from './runColumns';
import type { RunSort } from './runOrder';
import { type MetricColumn, useTableLayout } from './useTableLayout';

const ROW_HEIGHT = 34;

interface RunTableProps {
  readonly runs: readonly RunInfo[];
  /** Configuration keys with a column. */
  readonly keys: readonly string[];
  readonly sort: RunSort;
  readonly onSort: (sort: RunSort) => void;
  readonly styles: ReadonlyMap<string, number>;
}

/** All runs as one table, of which only the rows in view are in the page; a tick chooses a run for everything below. */
export function RunTable({ runs, keys, sort, onSort, styles }: RunTableProps) {
  'use no memo';
  const scroller = useRef<HTMLElement>(null);
  const [wantedStop, setStop] = useState('name');
  const chosen = useSelection((selection) => selection.runs);
  const metrics = useTableLayout((layout) => layout.metrics);
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 20,
    useFlushSync: false,
    initialRect: { width: 0, height: 400 },
  });
  const shown = rows.getVirtualItems();
  const above = shown[0]?.start ?? 0;
  const below = rows.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const hasData = new Set(runs.map(({ data }) => data.hash)).size > 1;
  const width = (hasData ? 4 : 3) + keys.length + metrics.length + 1;
  const heads = ['name', 'seed', ...metrics.map(({ key }) => key), ...keys];
  const stop = heads.includes(wantedStop) ? wantedStop : 'name';
  const head = (by: string, title: string, extra?: ReactNode, section?: HeadSection) => (
    <SortHead
      key={by}
      by={by}
      title={title}
      section={section ?? null}
      sort={sort}
      isStop={by === stop}
      onFocus={() => setStop(by)}
      onSort={onSort}
    >
      {extra}
    </SortHead>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
    <section ref={scroller} className="table-scroll run-table-scroll" aria-label="All runs" tabIndex={0}>
      <table className="numbers-table run-table" aria-rowcount={runs.length + 1}>
        <thead>
          <tr onKeyDown={moveAlong}>
            {head('name', 'Run')}
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
            <th scope="col">Status</th>
            {hasData && <th scope="col">Data</th>}
            {head('seed', 'Seed')}
            {metrics.map((column) => head(column.key, metricTitle(column.key), <ColumnTools column={column} />))}
            {keys.map((key, at) => {
              const isFirst = at === 0 || sectionOf(keys[at - 1] ?? '') !== sectionOf(key);
              return head(key, nameInSection(key), null, { name: sectionOf(key), isFirst });
            })}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} width={width} />}
          {shown.map(({ index }) => {
            const run = runs[index];
            return (
              run && (
                <RunTableRow
                  key={run.id}
                  run={run}
                  rowIndex={index + 2}
                  hasData={hasData}
                  keys={keys}
                  metrics={metrics}
                  style={styles.get(run.id) ?? 0}
                  isChosen={chosen.includes(run.id)}
                />
              )
            );
          })}
          {below > 0 && <Gap height={below} width={width} />}
        </tbody>
      </table>
    </section>
  );
}

const Gap = ({ height, width }: { readonly height: number; readonly width: number }) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an empty row is not focusable
  <tr aria-hidden="true">
    <td colSpan={width} style={{ height, padding: 0 }} />
  </tr>
);

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** The heads are one stop of the keyboard, however many columns there are: arrows go along them. */
function moveAlong(event: KeyboardEvent<HTMLTableRowElement>): void {
  const step = STEPS[event.key];
  const heads = [...event.currentTarget.querySelectorAll<Element>('.run-sort')];
  const at = event.target instanceof Element ? heads.indexOf(event.target) : -1;
  const next = heads[Math.max(0, Math.min(heads.length - 1, at + (step ?? 0)))];
  if (at < 0 || step === undefined || !(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

/** Of a configuration key: named over the first of its columns. */
interface HeadSection {
  readonly name: string;
  readonly isFirst: boolean;
}

interface SortHeadProps {
  readonly by: string;
  readonly title: string;
  readonly section: HeadSection | null;
  readonly sort: RunSort;
  /** Whether Tab comes here. */
  readonly isStop: boolean;
  readonly onFocus: () => void;
  readonly onSort: (sort: RunSort) => void;
  readonly children?: ReactNode;
}

function SortHead({ by, title, section, sort, isStop, onFocus, onSort, children }: SortHeadProps) {
  const isSorted = sort.by === by;
  const Arrow = sort.isDescending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      className={section?.isFirst ? 'is-section' : undefined}
      aria-sort={isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      {section?.isFirst && <div className="run-section">{section.name}</div>}
      <button
        type="button"
        className="run-sort"
        title="Sort; ← and → go to the other columns"
        tabIndex={isStop ? 0 : -1}
        onFocus={onFocus}
        onClick={() => onSort({ by, isDescending: isSorted ? !sort.isDescending : by.includes('/') })}
      >
        {title}
        {section && !section.isFirst && <span className="visually-hidden"> of {section.name}</span>}
        {isSorted && <Arrow size={12} aria-hidden />}
      </button>
      {children}
    </th>
  );
}

/** Which value of a metric counts, and the way to take its column out. */
function ColumnTools({ column: { key, aggregator } }: { readonly column: MetricColumn }) {
  const layout = useTableLayout();
  const title = metricTitle(key);
  return (
    <span className="column-tools">
      {isTestKey(key) ? (
        <span>test</span>
      ) : (
        <select
          aria-label={`Value of ${title}`}
          value={aggregator}
          onChange={({ target }) => {
            const found = AGGREGATORS.find((each) => each === target.value);
            if (found) layout.aggregate(key, found);
          }}
        >
          {AGGREGATORS.map((each) => (
            <option key={each} value={each}>
              {AGGREGATOR_WORDS[each]}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={`Remove the column ${title}`}
        title="Remove"
        onClick={() => layout.drop(key)}
      >
        <X size={12} aria-hidden />
      </button>
    </span>
  );
}
