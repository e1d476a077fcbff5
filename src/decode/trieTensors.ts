/** A trie as tensors of a program: constants, or batch arrays when it changes from run to run. */
import { ShapeError } from '../base/errors';
import type { Tensor } from '../tensor/graph';
import type { TrieTensors } from '../tensor/ops/beam';
import { NOTHING } from '../tensor/ops/beam';
import { constant } from '../tensor/ops/leaves';
import type { Trie } from './trie';

const FIELDS = ['childStart', 'childCount', 'childToken', 'childNode', 'itemOfLeaf'] as const;
export type TrieField = (typeof FIELDS)[number];

/** Bakes the trie into the program; uploaded once when it is compiled. */
export function trieConstants(trie: Trie): TrieTensors {
  return gather((field) => constant(trie[field], [trie[field].length]));
}

/**
 * The trie as batch arrays named `trie.childStart` …, padded to `nodes` and `nodes − 1` edges so that one program serves many tries.
 * @throws ShapeError `trie/size` if it has more nodes
 */
export function trieBatch(
  trie: Trie,
  nodes = trie.itemOfLeaf.length,
): Record<`trie.${TrieField}`, { data: Uint32Array<ArrayBuffer>; shape: readonly [number] }> {
  if (nodes < trie.itemOfLeaf.length)
    throw new ShapeError('trie/size', `trie: ${trie.itemOfLeaf.length} nodes do not fit into ${nodes}.`);
  const padded = (field: TrieField): { data: Uint32Array<ArrayBuffer>; shape: readonly [number] } => {
    const length = field === 'childToken' || field === 'childNode' ? nodes - 1 : nodes;
    const data = new Uint32Array(length).fill(field === 'itemOfLeaf' ? NOTHING : 0);
    data.set(trie[field]);
    return { data, shape: [length] };
  };
  return {
    'trie.childStart': padded('childStart'),
    'trie.childCount': padded('childCount'),
    'trie.childToken': padded('childToken'),
    'trie.childNode': padded('childNode'),
    'trie.itemOfLeaf': padded('itemOfLeaf'),
  };
}

/** The trie's tensors in a step function whose batch holds `trieBatch`. @throws ShapeError `trie/batch` */
export function trieFromBatch(batch: Readonly<Record<string, Tensor>>): TrieTensors {
  return gather((field) => {
    const tensor = batch[`trie.${field}`];
    if (!tensor)
      throw new ShapeError('trie/batch', `trie: the batch has no "trie.${field}"; spread trieBatch(trie) into it.`);
    return tensor;
  });
}

function gather(tensorOf: (field: TrieField) => Tensor): TrieTensors {
  const [childStart, childCount, childToken, childNode, itemOfLeaf] = FIELDS.map(tensorOf) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return { childStart, childCount, childToken, childNode, itemOfLeaf };
}
