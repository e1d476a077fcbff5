import { useMemo } from 'react';
import type { PairedTest } from '../../worker/protocol';
import { OverlayPanel } from '../compare/OverlayPanel';
import { PairPanels } from '../compare/PairPanels';
import { PaperTable } from '../compare/PaperTable';
import { RunsPanel } from '../compare/RunsPanel';
import { oneOf, shortText, useViewParam } from '../navigation/viewParams';
import { EmptyState } from '../parts/EmptyState';
import { OpenRun } from '../parts/OpenRun';
import { PageHead } from '../parts/PageHead';
import { QueuePanel } from '../queue/QueuePanel';
import { TESTS } from '../results/testNames';
import { useRuns } from '../stores/runs';
import { useSelection } from '../stores/selection';

const LEAD = 'Runs side by side: what differs in them, whether the difference is real, and the table for the paper.';
const TEST_VALUES: readonly PairedTest[] = TESTS.map(({ value }) => value);

/** All runs; what is chosen of them is compared in curves, tables and tests. */
export function ComparePage() {
  const runs = useRuns((state) => state.runs);
  const isKnown = useRuns((state) => state.isKnown);
  const chosen = useSelection((selection) => selection.runs);
  const [filter, setFilter] = useViewParam('filter', shortText());
  const [groupBy, setGroupBy] = useViewParam('colour', shortText(80, 'run'));
  const [sortText, setSortText] = useViewParam('sort', shortText(80, 'created desc'));
  const [seenItems, setSeen] = useViewParam('seen', oneOf(['kept', 'removed'], 'kept'));
  const [test, setTest] = useViewParam('test', oneOf(TEST_VALUES, 'randomisation'));
  const sort = useMemo(() => {
    const [by = 'created', way] = sortText.split(' ');
    return { by, isDescending: way === 'desc' };
  }, [sortText]);
  const compared = useMemo(() => runs.filter(({ id }) => chosen.includes(id)), [runs, chosen]);
  const ids = compared.map(({ id }) => id);
  return (
    <>
      <PageHead title="Compare" lead={LEAD}>
        <OpenRun />
      </PageHead>
      <QueuePanel />
      {isKnown && runs.length === 0 ? (
        <EmptyState title="No runs yet">
          Every training becomes a run here, and a saved one can be opened. Train a tokenizer and a recommender first.
        </EmptyState>
      ) : (
        <div className="stack">
          <RunsPanel
            runs={runs}
            filter={filter}
            onFilter={setFilter}
            sort={sort}
            onSort={({ by, isDescending }) => setSortText(`${by} ${isDescending ? 'desc' : 'asc'}`)}
            groupBy={groupBy}
            onGroup={setGroupBy}
          />
          {compared.length === 0 ? (
            <PickRuns />
          ) : (
            <>
              {compared.length === 1 && (
                <p className="quiet">
                  One run stands beside the counting recommenders; choose another one to compare two models.
                </p>
              )}
              <PaperTable ids={ids} seenItems={seenItems} onSeen={setSeen} test={test} onTest={setTest} />
              <OverlayPanel runs={compared} all={runs} groupBy={groupBy} />
              <PairPanels ids={ids} seenItems={seenItems} test={test} />
            </>
          )}
        </div>
      )}
    </>
  );
}

function PickRuns() {
  const shipped = useRuns((state) => state.runs).filter(({ source }) => source === 'shipped');
  const pick = useSelection((selection) => selection.pick);
  return (
    <EmptyState
      title="Pick 2 runs"
      action={
        shipped.length > 0 && (
          <button
            type="button"
            className="button is-primary"
            onClick={() => pick({ runs: shipped.map(({ id }) => id) })}
          >
            Compare those that come with Tessera
          </button>
        )
      }
    >
      Tick runs in the table above. Their curves, a table with mean and spread over seeds, tests on the same users, and
      who gains in head and tail appear here.
    </EmptyState>
  );
}
