/**
 * Who wins, head or tail? Users by how often their target occurs in training, in bins whose width doubles; in each bin the
 * difference of two systems with its interval and test, and each system's share of all hits beside the bin's share of the cases.
 * Figure V7. Recommended lists are not stored with an evaluation, so hits stand for exposure.
 */
import { ShapeError } from '../base/errors';
import { bootstrapMean, type Interval } from './bootstrap';
import { type PairedTest, pairedP } from './pairedTests';
import { holmAdjusted } from './significance';

const SEED = 2;

export interface TailBin {
  /** `cold`, `1`, `2–3`, `4–7` … */
  readonly name: string;
  /** Items of the catalogue that are so popular. */
  readonly items: number;
  readonly users: number;
  readonly first: number;
  readonly second: number;
  readonly difference: number;
  readonly interval: Interval;
  /** Holm-adjusted over the bins with users. */
  readonly adjustedP: number;
  /** Shares of all users, of all training interactions, and of all that each system found. */
  readonly caseShare: number;
  readonly interactionShare: number;
  readonly firstShare: number;
  readonly secondShare: number;
}

/** Bin of a popularity: 0 cold, then powers of two. */
export const tailBin = (popularity: number): number => (popularity === 0 ? 0 : Math.floor(Math.log2(popularity)) + 1);

function binName(bin: number): string {
  if (bin === 0) return 'cold';
  const [from, to] = [2 ** (bin - 1), 2 ** bin - 1];
  return from === to ? String(from) : `${from}–${to}`;
}

export interface TailCases {
  /** Training interactions of every item of the catalogue. */
  readonly popularity: ArrayLike<number>;
  /** Target of each user. */
  readonly targets: ArrayLike<number>;
  /** Values of the two systems, user by user. */
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly test: PairedTest;
}

/** Bins from cold to the most popular; the last bin that an item is in is the last one. @throws ShapeError `tail/users` */
export function longTail({ popularity, targets, first, second, test }: TailCases): TailBin[] {
  if (first.length !== targets.length || second.length !== targets.length)
    throw new ShapeError(
      'tail/users',
      `long tail: wanted ${targets.length} values each, came ${first.length} and ${second.length}; evaluate both on one split.`,
    );
  const itemsIn: number[] = [];
  const interactionsIn: number[] = [];
  for (let item = 0; item < popularity.length; item++) {
    const count = popularity[item] as number;
    const bin = tailBin(count);
    itemsIn[bin] = (itemsIn[bin] ?? 0) + 1;
    interactionsIn[bin] = (interactionsIn[bin] ?? 0) + count;
  }
  const members: number[][] = Array.from(itemsIn, () => []);
  for (let user = 0; user < targets.length; user++)
    members[tailBin(popularity[targets[user] as number] ?? 0)]?.push(user);
  const valuesOf = (of: ArrayLike<number>, users: readonly number[]): number[] =>
    users.map((user) => of[user] as number);
  const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);
  const [allFirst, allSecond, allInteractions] = [
    total(first),
    total(second),
    total(Array.from(interactionsIn, (n) => n ?? 0)),
  ];
  const bins = members.map((users, bin) => {
    const [a, b] = [valuesOf(first, users), valuesOf(second, users)];
    const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
    return {
      name: binName(bin),
      items: itemsIn[bin] ?? 0,
      users: users.length,
      first: share(total(a), users.length),
      second: share(total(b), users.length),
      difference: share(total(a) - total(b), users.length),
      interval: bootstrapMean(
        a.map((value, at) => value - (b[at] as number)),
        SEED + bin,
      ),
      p: users.length < 2 ? 1 : pairedP(test, a, b, SEED),
      caseShare: share(users.length, targets.length),
      interactionShare: share(interactionsIn[bin] ?? 0, allInteractions),
      firstShare: share(total(a), allFirst),
      secondShare: share(total(b), allSecond),
    };
  });
  const tested = bins.filter(({ users }) => users >= 2);
  const holm = holmAdjusted(tested.map(({ p }) => p));
  return bins.map(({ p: _, ...bin }) => {
    const at = tested.findIndex(({ name }) => name === bin.name);
    return { ...bin, adjustedP: at < 0 ? 1 : (holm[at] ?? 1) };
  });
}
