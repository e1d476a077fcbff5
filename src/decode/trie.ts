/**
 * Prefix trie of the catalogue's identifiers as flat arrays that a GPU can walk. Nodes are numbered breadth first from the
 * root, 0; the edges of a node are consecutive and ascend by token; so edge e leads to node e + 1.
 */
import { ConflictError, ShapeError } from '../base/errors';
import { NOTHING } from '../tensor/ops/beam';

export interface Trie {
  /** Length of every identifier; leaves are at this depth. */
  readonly depth: number;
  readonly itemCount: number;
  /** [nodes] first edge of each node. */
  readonly childStart: Uint32Array<ArrayBuffer>;
  /** [nodes] */
  readonly childCount: Uint32Array<ArrayBuffer>;
  /** [edges] */
  readonly childToken: Uint32Array<ArrayBuffer>;
  /** [edges] */
  readonly childNode: Uint32Array<ArrayBuffer>;
  /** [nodes] item whose identifier ends here, NOTHING for inner nodes. */
  readonly itemOfLeaf: Uint32Array<ArrayBuffer>;
  /** [depth + 1] nodes at each depth. */
  readonly nodesAtDepth: readonly number[];
  /** [depth] most children of a node at each depth. */
  readonly maxChildren: readonly number[];
}

/** Pairs named in the message of a duplicate. */
const NAMED_PAIRS = 5;

/**
 * Builds the trie of `identifiers`, item by item [items, depth] of tokens. O(n log n).
 * @throws ShapeError `trie/shape`, ConflictError `trie/duplicate` naming items that share an identifier
 */
export function buildTrie(identifiers: Uint32Array, depth: number): Trie {
  if (!Number.isInteger(depth) || depth < 1 || identifiers.length % depth !== 0)
    throw new ShapeError(
      'trie/shape',
      `trie: wanted identifiers [items, depth], got ${identifiers.length} tokens for depth ${depth}.`,
    );
  const itemCount = identifiers.length / depth;
  const token = (item: number, level: number): number => identifiers[item * depth + level] as number;
  const order = Uint32Array.from({ length: itemCount }, (_, item) => item).sort((a, b) => {
    for (let level = 0; level < depth; level++) {
      const difference = token(a, level) - token(b, level);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  requireDistinct(identifiers, depth, order);
  const childStart: number[] = [];
  const childCount: number[] = [];
  const childToken: number[] = [];
  const maxChildren: number[] = [];
  const nodesAtDepth = [1];
  // bounds[i] … bounds[i + 1]: the run of `order` below the i-th node of the current depth.
  let bounds = [0, itemCount];
  for (let level = 0; level < depth; level++) {
    const next: number[] = [];
    let most = 0;
    for (let node = 0; node + 1 < bounds.length; node++) {
      const first = childToken.length;
      childStart.push(first);
      for (let at = bounds[node] as number; at < (bounds[node + 1] as number); at++) {
        const current = token(order[at] as number, level);
        if (childToken.length > first && childToken[childToken.length - 1] === current) continue;
        childToken.push(current);
        next.push(at);
      }
      childCount.push(childToken.length - first);
      most = Math.max(most, childToken.length - first);
    }
    nodesAtDepth.push(next.length);
    maxChildren.push(most);
    next.push(itemCount);
    bounds = next;
  }
  const leaves = itemCount;
  const inner = childStart.length;
  const itemOfLeaf = new Uint32Array(inner + leaves).fill(NOTHING);
  itemOfLeaf.set(order, inner);
  const padded = (values: readonly number[], fill: number): Uint32Array<ArrayBuffer> => {
    const array = new Uint32Array(inner + leaves).fill(fill);
    array.set(values);
    return array;
  };
  return {
    depth,
    itemCount,
    nodesAtDepth,
    maxChildren,
    itemOfLeaf,
    childStart: padded(childStart, childToken.length),
    childCount: padded(childCount, 0),
    childToken: Uint32Array.from(childToken),
    childNode: Uint32Array.from(childToken, (_, edge) => edge + 1),
  };
}

function requireDistinct(identifiers: Uint32Array, depth: number, order: Uint32Array): void {
  const pairs: string[] = [];
  let count = 0;
  for (let at = 1; at < order.length; at++) {
    const a = (order[at - 1] as number) * depth;
    const b = (order[at] as number) * depth;
    let level = 0;
    while (level < depth && identifiers[a + level] === identifiers[b + level]) level++;
    if (level < depth) continue;
    count++;
    if (pairs.length < NAMED_PAIRS)
      pairs.push(`${order[at - 1]} and ${order[at]} (${identifiers.subarray(a, a + depth).join(',')})`);
  }
  if (count > 0)
    throw new ConflictError(
      'trie/duplicate',
      `trie: wanted distinct identifiers, but items ${pairs.join('; ')}${count > pairs.length ? ` and ${count - pairs.length} more pairs` : ''} share one; add a conflict digit.`,
    );
}
