/** Answers the Compare page from what evaluations stored: tables, pairs of rows, the long tail. */
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { eventCount, targetOf } from '../data/splits';
import { wholeSequences } from '../data/wholeSequences';
import { byActivity, byDomain, byPopularity, longTail, type TailBin, type TailGroups } from '../evaluate/longTail';
import { METRIC_KINDS, metricsFromRanks, TABLE_CUTOFFS } from '../evaluate/metrics';
import { pairedDelta } from '../evaluate/pairedDelta';
import { pairedP } from '../evaluate/pairedTests';
import type { SystemResult } from '../evaluate/resultsTable';
import { holmAdjusted } from '../evaluate/significance';
import { popularity } from '../evaluate/sparseCounts';
import { type MeasuredRun, resultsOf, systemsOf } from '../train/results';
import type {
  CompareReplies,
  CompareRequest,
  NamedDelta,
  PairMatrix,
  PairQuestion,
  TailQuestion,
  TailUsers,
} from './protocol/compare';
import type { RunDesk } from './runDesk';
import { measuredEvaluations } from './storeSink';
import { CURRENT_RUN } from './workspace';

/** Of the randomisation tests, so that a page repeats. */
const SEED = 1;

/**
 * @param opened the open data set, null without one
 * @throws ConfigError `run/unknown`, `compare/row`, `compare/metric`, `run/data` and those of `resultsOf`
 */
export async function compareAnswer(
  request: CompareRequest,
  runs: RunDesk,
  opened: Dataset | null,
): Promise<CompareReplies[CompareRequest['kind']]> {
  const measured = await measuredRuns(request.ids, runs);
  switch (request.kind) {
    case 'compareTable':
      return resultsOf(measured, request.table);
    case 'compareMatrix':
      return matrixOf(systemsOf(measured, request.seenItems), request);
    case 'comparePair':
      return deltaOf(pairOf(measured, request), request, opened);
    case 'compareTail':
      return tailOf(pairOf(measured, request), request, opened);
    case 'compareTailUsers':
      return tailUsersOf(pairOf(measured, request), request, opened);
  }
}

/** In the order of their ids, so that no number, name or seed depends on the order of the page. */
async function measuredRuns(ids: readonly string[], runs: RunDesk): Promise<MeasuredRun[]> {
  const measured: MeasuredRun[] = [];
  for (const id of [...new Set(ids)].sort()) {
    const { record } = await runs.fetched(id);
    const evaluations = await measuredEvaluations(runs.registry.view(id), CURRENT_RUN);
    measured.push({ config: JSON.parse(record.config), evaluations });
  }
  return measured;
}

interface Pair {
  readonly first: SystemResult;
  readonly second: SystemResult;
}

function pairOf(measured: readonly MeasuredRun[], { seenItems, first, second }: PairQuestion): Pair {
  const systems = systemsOf(measured, seenItems);
  const rowOf = (name: string): SystemResult => {
    const found = systems.find((system) => system.name === name);
    if (!found)
      throw new ConfigError(
        'compare/row',
        `compare: there is no row "${name}"; choose one of ${systems.map((system) => system.name).join(', ')}.`,
      );
    return found;
  };
  return { first: rowOf(first), second: rowOf(second) };
}

/** Per-user values of a metric, seeds averaged first. @throws ConfigError `compare/metric` */
export function perUserValues({ runs }: SystemResult, label: string): Float64Array {
  const values = runs.map(({ ranks }) => {
    const metric = metricsFromRanks(ranks, TABLE_CUTOFFS, METRIC_KINDS).find((each) => each.label === label);
    if (!metric)
      throw new ConfigError('compare/metric', `compare: there is no metric "${label}"; use one such as R@10 or N@10.`);
    return metric.perUser;
  });
  return Float64Array.from(values[0] ?? [], (_, user) => {
    const sum = values.reduce((total, seed) => total + (seed[user] ?? 0), 0);
    return sum / values.length;
  });
}

const usersOf = ({ runs }: SystemResult): Uint32Array => runs[0]?.users ?? new Uint32Array();

function matrixOf(
  systems: readonly SystemResult[],
  { metric, test }: Pick<PairQuestion, 'metric' | 'test'>,
): PairMatrix {
  const values = systems.map((system) => perUserValues(system, metric));
  const mean = (of: Float64Array): number => of.reduce((sum, value) => sum + value, 0) / Math.max(1, of.length);
  const pairs = systems.flatMap((_, first) =>
    systems.slice(first + 1).map((_second, offset) => {
      const second = first + 1 + offset;
      const [a, b] = [values[first] ?? new Float64Array(), values[second] ?? new Float64Array()];
      return { first, second, difference: mean(a) - mean(b), p: a.length < 2 ? 1 : pairedP(test, a, b, SEED) };
    }),
  );
  const holm = holmAdjusted(pairs.map(({ p }) => p));
  return {
    names: systems.map(({ name }) => name),
    pairs: pairs.map(({ p: _, ...pair }, at) => ({ ...pair, adjustedP: holm[at] ?? 1 })),
  };
}

function deltaOf({ first, second }: Pair, { metric, test }: PairQuestion, opened: Dataset | null): NamedDelta {
  const delta = pairedDelta(usersOf(first), perUserValues(first, metric), perUserValues(second, metric), { test });
  const shown = isOf(first, opened) ? [...delta.gains, ...delta.losses] : [];
  const userIds = Object.fromEntries(shown.map(({ user }) => [user, opened?.users[user] ?? String(user)]));
  return { ...delta, userIds };
}

async function tailOf({ first, second }: Pair, question: TailQuestion, opened: Dataset | null): Promise<TailBin[]> {
  return longTail({
    groups: await tailGroups(first, question, opened),
    first: perUserValues(first, question.metric),
    second: perUserValues(second, question.metric),
    test: question.test,
  });
}

async function tailUsersOf(
  { first, second }: Pair,
  { bin, limit, ...question }: Extract<CompareRequest, { kind: 'compareTailUsers' }>,
  opened: Dataset | null,
): Promise<TailUsers> {
  const { bins, binOfUser } = await tailGroups(first, question, opened);
  const [a, b] = [perUserValues(first, question.metric), perUserValues(second, question.metric)];
  const users = usersOf(first);
  const members = [...users.keys()]
    .filter((place) => bins[binOfUser[place] ?? -1]?.name === bin)
    .map((place) => {
      const user = users[place] ?? 0;
      return { user, id: opened?.users[user] ?? String(user), delta: (a[place] ?? 0) - (b[place] ?? 0) };
    })
    .sort((one, other) => Math.abs(other.delta) - Math.abs(one.delta) || one.user - other.user);
  return { total: members.length, users: members.slice(0, limit) };
}

/** @throws ConfigError `run/data` where the rows were measured on other data */
async function tailGroups(row: SystemResult, { by }: TailQuestion, opened: Dataset | null): Promise<TailGroups> {
  if (!opened || !isOf(row, opened))
    throw new ConfigError(
      'run/data',
      `long tail: the runs were measured on ${row.protocol.data}, which is not open; open that data set first.`,
    );
  const { sequences } = opened;
  const users = usersOf(row);
  // The target is the user's last event.
  if (by === 'activity') return byActivity(Array.from(users, (user) => eventCount(sequences, user) - 1));
  const targets = Array.from(users, (user) => targetOf(sequences, user, eventCount(sequences, user) - 1));
  const counts = popularity(await wholeSequences(opened), opened.itemCount);
  return by === 'domain' ? byDomain(opened.items, counts, targets) : byPopularity(counts, targets);
}

/** Whether rows were measured on the open data as a whole; the protocol names data by the first letters of their hash. */
const isOf = ({ protocol }: SystemResult, opened: Dataset | null): boolean =>
  opened !== null &&
  protocol.data.endsWith(`(${opened.contentHash.slice(0, 8)})`) &&
  protocol.items === opened.itemCount;
