/**
 * Who wins, head or tail? Users in bins: by how often their target occurs in training, by how much they did themselves (both in
 * bins whose width doubles), or by the domain of the target. In each bin the difference of two systems with its interval and
 * test, and each system's share of all hits beside the bin's share of the cases. Figure V7. Recommended lists are not stored
 * with an evaluation, so hits stand for exposure.
 */
import { ShapeError } from '../base/errors';
import { bootstrapMean, type Interval } from './bootstrap';
import { type PairedTest, pairedP } from './pairedTests';
import { holmAdjusted } from './significance';

const SEED = 2;

/** What users are put together by. */
export type TailFacet = 'popularity' | 'activity' | 'domain';

/** Users in bins; every user is in one. */
export interface TailGroups {
  readonly bins: readonly {
    /** `cold`, `1`, `2–3`, `4–7` …, or a domain. */
    readonly name: string;
    /** Items of the catalogue in the bin; null where bins are of users. */
    readonly items: number | null;
    readonly interactions: number;
  }[];
  /** Bin of each user. */
  readonly binOfUser: readonly number[];
}

export interface TailBin {
  readonly name: string;
  readonly items: number | null;
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

function binName(bin: number, ofNone: string): string {
  if (bin === 0) return ofNone;
  const [from, to] = [2 ** (bin - 1), 2 ** bin - 1];
  return from === to ? String(from) : `${from}–${to}`;
}

/**
 * Bins from cold to the most popular; the last bin that an item is in is the last one.
 * @param popularity training interactions of every item  @param targets item of each user
 */
export function byPopularity(popularity: ArrayLike<number>, targets: ArrayLike<number>): TailGroups {
  const items: number[] = [];
  const interactions: number[] = [];
  for (let item = 0; item < popularity.length; item++) {
    const count = popularity[item] as number;
    const bin = tailBin(count);
    items[bin] = (items[bin] ?? 0) + 1;
    interactions[bin] = (interactions[bin] ?? 0) + count;
  }
  return {
    bins: Array.from(items, (count, bin) => ({
      name: binName(bin, 'cold'),
      items: count ?? 0,
      interactions: interactions[bin] ?? 0,
    })),
    binOfUser: Array.from(targets, (target) => tailBin(popularity[target] ?? 0)),
  };
}

/** @param events interactions of each user before the target */
export function byActivity(events: ArrayLike<number>): TailGroups {
  const interactions: number[] = [];
  const binOfUser = Array.from(events, (count) => {
    const bin = tailBin(count);
    interactions[bin] = (interactions[bin] ?? 0) + count;
    return bin;
  });
  return {
    bins: Array.from(interactions, (count, bin) => ({
      name: binName(bin, 'none'),
      items: null,
      interactions: count ?? 0,
    })),
    binOfUser,
  };
}

/** @param domainOfItem null for a single domain */
export function byDomain(
  { domainOfItem, domainNames }: { readonly domainOfItem: Uint8Array | null; readonly domainNames: readonly string[] },
  popularity: ArrayLike<number>,
  targets: ArrayLike<number>,
): TailGroups {
  const bins = (domainOfItem ? domainNames : ['all items']).map((name) => ({ name, items: 0, interactions: 0 }));
  for (let item = 0; item < popularity.length; item++) {
    const bin = bins[domainOfItem?.[item] ?? 0];
    if (!bin) continue;
    bin.items++;
    bin.interactions += popularity[item] as number;
  }
  return { bins, binOfUser: Array.from(targets, (target) => domainOfItem?.[target] ?? 0) };
}

export interface TailCases {
  readonly groups: TailGroups;
  /** Values of the two systems, user by user. */
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly test: PairedTest;
}

/** @throws ShapeError `tail/users` */
export function longTail({ groups, first, second, test }: TailCases): TailBin[] {
  const userCount = groups.binOfUser.length;
  if (first.length !== userCount || second.length !== userCount)
    throw new ShapeError(
      'tail/users',
      `long tail: wanted ${userCount} values each, came ${first.length} and ${second.length}; evaluate both on one split.`,
    );
  const members: number[][] = groups.bins.map(() => []);
  groups.binOfUser.forEach((bin, user) => {
    members[bin]?.push(user);
  });
  const valuesOf = (of: ArrayLike<number>, users: readonly number[]): number[] =>
    users.map((user) => of[user] as number);
  const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);
  const [allFirst, allSecond, allInteractions] = [
    total(first),
    total(second),
    total(groups.bins.map(({ interactions }) => interactions)),
  ];
  const bins = groups.bins.map(({ name, items, interactions }, bin) => {
    const users = members[bin] ?? [];
    const [a, b] = [valuesOf(first, users), valuesOf(second, users)];
    const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
    return {
      name,
      items,
      users: users.length,
      first: share(total(a), users.length),
      second: share(total(b), users.length),
      difference: share(total(a) - total(b), users.length),
      interval: bootstrapMean(
        a.map((value, at) => value - (b[at] as number)),
        SEED + bin,
      ),
      p: users.length < 2 ? 1 : pairedP(test, a, b, SEED),
      caseShare: share(users.length, userCount),
      interactionShare: share(interactions, allInteractions),
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
