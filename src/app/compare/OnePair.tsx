import { useCallback, useMemo, useState } from 'react';
import type { PairedTest, PairMatrix, PairQuestion, ResultsRequest, TailFacet } from '../../worker/protocol';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { formatCount } from '../format/numbers';
import { oneOf, shortText, useViewParam } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { Choice } from '../results/Choice';
import { TEST_SENTENCES } from '../results/testNames';
import { useSession } from '../sessionContext';
import { useRuns } from '../stores/runs';
import { useWorkspace } from '../stores/workspace';
import { deltaFigure } from './deltaFigure';
import { FACETS, tailFigure } from './tailFigure';
import { UserDeltas } from './UserDeltas';

interface OnePairProps {
  /** Of runs, with spaces between. */
  readonly ids: string;
  readonly seenItems: ResultsRequest['seenItems'];
  readonly test: PairedTest;
  readonly metric: string;
  readonly matrix: PairMatrix;
}

/** Two rows of the table: users one by one (V9), and head against tail (V7). */
export function OnePair({ ids, seenItems, test, metric, matrix: { names } }: OnePairProps) {
  const session = useSession();
  const note = useDataNote();
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
  // The words are those of the answer that stands there, not of the one that is on its way.
  const { value: answer, error } = useAnswer(
    useCallback(async () => ({ asked: question, delta: await session.runs.pair(question) }), [session, question]),
  );
  const words = useMemo(() => wordsOf(answer?.asked ?? question, note), [answer, question, note]);
  const delta = answer?.delta ?? null;
  const spec = useMemo(() => delta && deltaFigure(delta, words), [delta, words]);
  const choices = names.map((name) => ({ value: name, label: name }));
  return (
    <>
      {error && <ErrorNote title="The users could not be compared" error={error} />}
      {spec && delta && (
        <FigurePanel
          spec={spec}
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
          <UserDeltas
            title="Who gains and who loses most"
            names={words}
            runs={question.ids}
            users={[...delta.gains.slice(0, 5), ...delta.losses.slice(0, 5)].map(({ user, delta: by }) => ({
              user,
              id: delta.userIds[user] ?? `user ${user}`,
              delta: by,
            }))}
          />
        </FigurePanel>
      )}
      <Tail question={question} />
    </>
  );
}

/** What the figures of a question's answer are called by. */
const wordsOf = ({ first, second, metric, test }: PairQuestion, note: string) => ({
  first,
  second,
  metric,
  test: TEST_SENTENCES[test],
  note,
});

const FACET_NAMES: readonly TailFacet[] = ['popularity', 'activity', 'domain'];
/** Users of a bin that are listed. */
const LISTED = 24;

function Tail({ question }: { readonly question: PairQuestion }) {
  const session = useSession();
  const note = useDataNote();
  const [by, setBy] = useViewParam('by', oneOf(FACET_NAMES, 'popularity'));
  const [bin, setBin] = useState<string | null>(null);
  // Other open data give another answer.
  const dataHash = useWorkspace((state) => state.data?.hash);
  const ask = useCallback(
    async () => ({ by, asked: question, bins: await session.runs.tail({ ...question, by }) }),
    [session, question, by],
  );
  const { value, error } = useAnswer(ask, dataHash);
  const words = useMemo(() => wordsOf(value?.asked ?? question, note), [value, question, note]);
  const spec = useMemo(() => value && tailFigure(value.bins, words, value.by), [value, words]);
  const isKnown = bin !== null && value?.by === by && value.bins.some(({ name }) => name === bin);
  const askUsers = useCallback(
    () => session.ask({ kind: 'compareTailUsers', ...question, by, bin: bin ?? '', limit: LISTED }),
    [session, question, by, bin],
  );
  const { value: found, error: usersError } = useAnswer(isKnown ? askUsers : null, dataHash);
  if (error)
    return (
      <Panel title="Head or tail">
        <ErrorNote title="The long tail cannot be shown" error={error} />
        {error.code === 'run/data' && <OpenTheirData ids={question.ids} />}
      </Panel>
    );
  if (!spec) return null;
  return (
    <FigurePanel
      spec={spec}
      controls={
        <Choice
          label="Users by"
          value={by}
          choices={FACET_NAMES.map((value) => ({ value, label: FACETS[value].choice }))}
          onChoose={(chosen) => setBy(FACET_NAMES.find((one) => one === chosen) ?? 'popularity')}
        />
      }
      pickHint="lists the users of a bin"
      onPick={({ data, index }) => {
        const row = spec.data.find(({ name }) => name === data)?.rows[index];
        if (row) setBin(String(row['bin']));
      }}
    >
      {usersError && <ErrorNote title="The users of the bin could not be listed" error={usersError} />}
      {isKnown && found && (
        <UserDeltas
          title={`Users at ${bin}${FACETS[by].unit}: ${found.total > found.users.length ? `${found.users.length} of ${formatCount(found.total)}, ` : ''}largest differences first`}
          names={words}
          runs={question.ids}
          users={found.users}
        />
      )}
    </FigurePanel>
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
