/** The Demo's users by what they met next: rare items, items that no training sequence has. */
import type { Dataset } from '../data/dataset';
import { eventCount, targetOf } from '../data/splits';
import type { UserGroupName, UserList, UserSummary } from './protocol/demo';

/** The least popular items that together take this share of the interactions are the long tail. */
const TAIL_SHARE = 0.2;

/** Users of each group, ascending. */
export type UserGroups = Readonly<Record<Exclude<UserGroupName, 'all'>, Uint32Array>>;

/** @param popularity training interactions of every item [N] */
export function userGroups(
  { sequences, userCount }: Pick<Dataset, 'sequences' | 'userCount'>,
  popularity: Uint32Array,
): UserGroups {
  const tail = tailItems(popularity);
  const longTail: number[] = [];
  const cold: number[] = [];
  for (let user = 0; user < userCount; user++) {
    const target = targetOf(sequences, user, eventCount(sequences, user) - 1);
    if ((popularity[target] ?? 0) === 0) cold.push(user);
    else if (tail[target] === 1) longTail.push(user);
  }
  return { longTail: Uint32Array.from(longTail), cold: Uint32Array.from(cold) };
}

/** Marks the items of the tail [N]; equally popular items are in it together or not at all. */
export function tailItems(popularity: Uint32Array): Uint8Array {
  const order = Uint32Array.from(popularity, (_, item) => item).sort(
    (a, b) => (popularity[a] ?? 0) - (popularity[b] ?? 0),
  );
  const total = popularity.reduce((sum, count) => sum + count, 0);
  const isTail = new Uint8Array(popularity.length);
  let sum = 0;
  for (let from = 0; from < order.length; ) {
    const count = popularity[order[from] ?? 0] ?? 0;
    let to = from;
    while (to < order.length && popularity[order[to] ?? 0] === count) to++;
    sum += count * (to - from);
    if (sum > total * TAIL_SHARE) break;
    for (; from < to; from++) isTail[order[from] ?? 0] = 1;
  }
  return isTail;
}

const summary = ({ users, sequences }: Dataset, user: number): UserSummary => ({
  user,
  id: users[user] ?? '',
  events: eventCount(sequences, user),
});

/** @param members of the group; null for all users */
export function listUsers(dataset: Dataset, members: Uint32Array | null, query: string, limit: number): UserList {
  const found: UserSummary[] = [];
  const wanted = query.trim().toLowerCase();
  const groupSize = members?.length ?? dataset.userCount;
  for (let at = 0; at < groupSize && found.length < limit; at++) {
    const user = members?.[at] ?? at;
    if ((dataset.users[user] ?? '').toLowerCase().includes(wanted)) found.push(summary(dataset, user));
  }
  return { users: found, groupSize };
}

/** @param draw from 0 to 1 @returns null if the group is empty */
export function drawUser(dataset: Dataset, members: Uint32Array | null, draw: number): UserSummary | null {
  const size = members?.length ?? dataset.userCount;
  if (size === 0) return null;
  const at = Math.min(size - 1, Math.max(0, Math.floor(draw * size)));
  return summary(dataset, members?.[at] ?? at);
}

/** @param by places further in the group, round its end; 0 for the user itself @returns null if there is none */
export function userAfter(dataset: Dataset, members: Uint32Array | null, user: number, by: number): UserSummary | null {
  if (by === 0) return user >= 0 && user < dataset.userCount ? summary(dataset, user) : null;
  const size = members?.length ?? dataset.userCount;
  if (size === 0) return null;
  const later = members ? members.findIndex((member) => member >= user) : Math.min(user, size - 1);
  const at = later < 0 ? size : later;
  // A user of another group stands between two members: the first step leads to the next one.
  const start = members && members[at] !== user && by > 0 ? at - 1 : at;
  const next = (((start + by) % size) + size) % size;
  return summary(dataset, members?.[next] ?? next);
}
