import { useCallback, useId, useMemo } from 'react';
import { useLocation } from 'wouter';
import type { PairedTest, PairMatrix, ResultsRequest } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { shortText, useViewParam } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { Choice } from '../results/Choice';
import { PAIR_METRICS, TEST_SENTENCES } from '../results/testNames';
import { useSession } from '../sessionContext';
import { useRuns } from '../stores/runs';
import { useSelection } from '../stores/selection';
import { useWorkspace } from '../stores/workspace';
import { matrixFigure } from './matrixFigure';
import { deltaFigure, tailFigure } from './pairFigures';

interface PairPanelsProps {
  readonly ids: readonly string[];
  readonly seenItems: ResultsRequest['seenItems'];
  readonly test: PairedTest;
}

/** Every row against every other, then two of them user by user (V9) and by popularity (V7). */
export function PairPanels({ ids, seenItems, test }: PairPanelsProps) {
  const session = useSession();
  const note = useDataNote();
  const [wantedMetric, setMetric] = useViewParam('pairMetric', shortText(10, 'R@10'));
  const metric = PAIR_METRICS.includes(wantedMetric) ? wantedMetric : 'R@10';
  const names = ids.join(' ');
  const { value: matrix, error } = useAnswer(
    useCallback(
      () => session.runs.matrix({ ids: names.split(' '), seenItems, metric, test }),
      [session, names, seenItems, metric, test],
    ),
  );
  const spec = useMemo(
    () => matrix && matrixFigure(matrix, { metric, test: TEST_SENTENCES[test], note }),
    [matrix, metric, test, note],
  );
  if (!matrix && !error)
    return (
      <Panel title="On the same users">
        <p className="quiet is-busy">Testing every pair of rows …</p>
      </Panel>
    );
  // What the table refuses is refused here too; it has said why.
  if (!matrix || !spec || matrix.names.length < 2) return null;
  return (
    <>
      <FigurePanel
        spec={spec}
        controls={
          <Choice
            label="Metric"
            value={metric}
            choices={PAIR_METRICS.map((value) => ({ value, label: value }))}
            onChoose={setMetric}
          />
        }
      />
      <OnePair ids={names} seenItems={seenItems} test={test} metric={metric} matrix={matrix} />
    </>
  );
}

/** Showing a run opens its data where they are at hand. */
function OpenTheirData({ ids }: { readonly ids: readonly string[] }) {
  const session = useSession();
  const run = useRuns(({ runs }) => runs.find(({ id, canShow }) => canShow && ids.includes(id)));
  const opening = useRuns((state) => state.opening);
  if (!run) return null;
  return (
    <p>
      <button
        type="button"
        className="button"
        disabled={opening !== null}
        onClick={() => void session.runs.show(run.id)}
      >
        Open {run.data.name} with {run.name}
      </button>
    </p>
  );
}

interface OnePairProps extends Omit<PairPanelsProps, 'ids'> {
  readonly ids: string;
  readonly metric: string;
  readonly matrix: PairMatrix;
}

function OnePair({ ids, seenItems, test, metric, matrix: { names } }: OnePairProps) {
  const id = useId();
  const session = useSession();
  const note = useDataNote();
  const [, go] = useLocation();
  const pick = useSelection((selection) => selection.pick);
  const [wantedFirst, setFirst] = useViewParam('first', shortText(120));
  const [wantedSecond, setSecond] = useViewParam('second', shortText(120));
  // The last rows are the models, the ones before them count.
  const first = names.includes(wantedFirst) ? wantedFirst : (names.at(-1) ?? '');
  const second =
    names.includes(wantedSecond) && wantedSecond !== first
      ? wantedSecond
      : (names.filter((name) => name !== first).at(-1) ?? '');
  const question = useMemo(
    () => ({ ids: ids.split(' '), seenItems, test, metric, first, second }),
    [ids, seenItems, test, metric, first, second],
  );
  const delta = useAnswer(useCallback(() => session.runs.pair(question), [session, question]));
  // Other open data give another answer.
  const dataHash = useWorkspace((state) => state.data?.hash);
  const tail = useAnswer(
    useCallback(() => session.runs.tail(question), [session, question]),
    dataHash,
  );
  const words = useMemo(
    () => ({ first, second, metric, test: TEST_SENTENCES[test], note }),
    [first, second, metric, test, note],
  );
  const deltaSpec = useMemo(() => delta.value && deltaFigure(delta.value, words), [delta.value, words]);
  const tailSpec = useMemo(() => tail.value && tailFigure(tail.value, words), [tail.value, words]);
  const choices = names.map((name) => ({ value: name, label: name }));
  return (
    <>
      {delta.error && <ErrorNote title="The users could not be compared" error={delta.error} />}
      {deltaSpec && delta.value && (
        <FigurePanel
          spec={deltaSpec}
          controls={
            <>
              <Choice label="First" value={first} choices={choices} onChoose={setFirst} />
              <Choice
                label="against"
                value={second}
                choices={choices.filter(({ value }) => value !== first)}
                onChoose={setSecond}
              />
            </>
          }
        >
          <section className="extremes" aria-labelledby={id}>
            <h3 id={id}>Who gains and who loses most</h3>
            <p>
              {[...delta.value.gains.slice(0, 5), ...delta.value.losses.slice(0, 5)].map(({ user, delta: by }) => (
                <button
                  key={user}
                  type="button"
                  className="button is-small"
                  title={`${by > 0 ? first : second} is better by ${Math.abs(by).toFixed(4)}; open in the Demo`}
                  onClick={() => {
                    pick({ users: [user] });
                    go('/demo');
                  }}
                >
                  {delta.value?.userIds[user] ?? `user ${user}`} {by > 0 ? '+' : '−'}
                  {Math.abs(by).toFixed(2)}
                </button>
              ))}
            </p>
          </section>
        </FigurePanel>
      )}
      {tail.error ? (
        <Panel title="Head or tail">
          <ErrorNote title="The long tail cannot be shown" error={tail.error} />
          {tail.error.code === 'run/data' && <OpenTheirData ids={ids.split(' ')} />}
        </Panel>
      ) : (
        tailSpec && <FigurePanel spec={tailSpec} />
      )}
    </>
  );
}
