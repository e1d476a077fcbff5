/**
 * k-core of a user-item graph: leaves out users with fewer than `userCore` and items with fewer than `itemCore` events again and
 * again until nothing changes. The fixed point is unique (the largest subset in which everybody has enough), so the order of the
 * rounds does not matter. Each round is one pass over the events that are left.
 */
export interface CoreResult {
  /** Positions of the events that stay, ascending. */
  readonly kept: Uint32Array;
  /** Rounds that left something out. */
  readonly rounds: number;
}

export function kCore(
  user: Uint32Array,
  item: Uint32Array,
  sizes: { readonly users: number; readonly items: number; readonly userCore: number; readonly itemCore: number },
): CoreResult {
  const { userCore, itemCore } = sizes;
  const kept = Uint32Array.from({ length: user.length }, (_, event) => event);
  const ofUser = new Uint32Array(sizes.users);
  const ofItem = new Uint32Array(sizes.items);
  for (let event = 0; event < user.length; event++) {
    bump(ofUser, user[event] as number, 1);
    bump(ofItem, item[event] as number, 1);
  }
  let length = kept.length;
  for (let rounds = 0; ; rounds++) {
    // Counts change while the round runs: an event may go because of one that went just before. That only saves rounds.
    let next = 0;
    for (let at = 0; at < length; at++) {
      const event = kept[at] as number;
      const u = user[event] as number;
      const i = item[event] as number;
      if ((ofUser[u] as number) >= userCore && (ofItem[i] as number) >= itemCore) kept[next++] = event;
      else {
        bump(ofUser, u, -1);
        bump(ofItem, i, -1);
      }
    }
    if (next === length) return { kept: kept.slice(0, length), rounds };
    length = next;
  }
}

function bump(counts: Uint32Array, index: number, by: number): void {
  counts[index] = (counts[index] as number) + by;
}
