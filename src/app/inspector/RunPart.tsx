import type { RunInfo } from '../../worker/protocol';
import { differingKeys, flatConfig, metricOf, metricText } from '../compare/runColumns';
import { formatCount, formatSize } from '../format/numbers';
import { statusWords } from '../runs/runWords';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';
import { shownRun, useRuns } from '../stores/runs';
import { Facts, Part } from './Part';

const SOURCES: Readonly<Record<RunInfo['source'], string>> = {
  trained: 'trained here',
  imported: 'opened from files',
  shipped: 'comes with Tessera',
};
const dateOf = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Runs: what they measured, where they come from, and what in their settings differs. */
export function RunPart({ ids }: { readonly ids: readonly string[] }) {
  const runs = useRuns((state) => state.runs);
  const shown = useRuns(shownRun);
  const picked = runs.filter(({ id }) => ids.includes(id));
  const [one] = picked;
  if (!one) return <p className="quiet">The picked runs are not in this browser.</p>;
  const compared = picked.length === 1 && shown && shown.id !== one.id ? [one, shown] : picked;
  return (
    <>
      {picked.map((run) => (
        <OneRun key={run.id} run={run} />
      ))}
      {compared.length > 1 && <Differences runs={compared} />}
    </>
  );
}

function OneRun({ run }: { readonly run: RunInfo }) {
  const session = useSession();
  const isIdle = useJobs((jobs) => runningRun(jobs) === null);
  const test = metricOf(run, 'test/R@10', 'best');
  return (
    <Part title={run.name} note={run.system}>
      <Facts
        rows={[
          ['State', run.isShown ? `${statusWords(run)}, shown on all pages` : statusWords(run)],
          ['Test Recall@10', metricText('test/R@10', test)],
          ['Test NDCG@10', metricText('test/N@10', metricOf(run, 'test/N@10', 'best'))],
          ['Seed', String(run.seed)],
          ['Data', `${run.data.name}, content ${run.data.hash.slice(0, 12)}`],
          ['Origin', SOURCES[run.source]],
          ...(run.createdAtMs > 0 ? ([['Made', dateOf.format(run.createdAtMs)]] as const) : []),
          ['Size', formatSize(run.sizeBytes)],
        ]}
      />
      {run.canShow && run.isFetched && !run.isShown && (
        <button
          type="button"
          className="button is-small"
          disabled={!isIdle}
          onClick={() => void session.runs.show(run.id)}
        >
          Show on all pages
        </button>
      )}
    </Part>
  );
}

/** Columns that the panel is wide enough for. */
const MOST_COLUMNS = 3;

function Differences({ runs: all }: { readonly runs: readonly RunInfo[] }) {
  const runs = all.slice(0, MOST_COLUMNS);
  const keys = differingKeys(runs);
  const flats = runs.map(({ config }) => flatConfig(config));
  return (
    <Part title="Settings that differ" note={keys.length === 0 ? undefined : formatCount(keys.length)}>
      {keys.length === 0 ? (
        <p className="quiet">None: the same configuration but for seed and name.</p>
      ) : (
        <table className="differences">
          <thead>
            <tr>
              <th scope="col">Setting</th>
              {runs.map(({ id, name }) => (
                <th key={id} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                {flats.map((flat, at) => (
                  <td key={runs[at]?.id}>{String(flat[key] ?? '–')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {all.length > MOST_COLUMNS && (
        <p className="quiet">
          Of the first {MOST_COLUMNS}; the table of runs in Compare has all {all.length}.
        </p>
      )}
    </Part>
  );
}
