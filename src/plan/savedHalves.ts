/**
 * Storage of what the backward pass reads again. Problem: most of a training step's memory holds activations between the
 * forward pass, which makes them, and the backward pass, which reads them. Approach: every such tensor is rounded to f16 as
 * soon as it exists, the f32 one lives only as long as the forward pass uses it, and the backward pass reads the f16 one:
 * products and ReLU masks as it is, all other kernels through a widened copy that lives for a few launches. The forward pass, the loss and
 * all gradients stay f32: nothing needs a loss scale (docs/adr/0010-half-storage.md).
 */
import { countOf, type GraphNode, isOp, type Tensor } from '../tensor/graph';
import { CROSS_ENTROPY_GRAD } from '../tensor/ops/crossEntropy';
import { packHalf, unpackHalf } from '../tensor/ops/half';
import { INFO_NCE_GRAD } from '../tensor/ops/infoNce';
import { MATMUL } from '../tensor/ops/matmul';
import { RELU_MASK } from '../tensor/ops/reluMask';
import { sameShape } from '../tensor/shape';

/** Smaller tensors are not worth two launches: 4,096 values are 8 KiB saved. */
const LEAST_VALUES = 4096;
/** Nodes after which a widened copy is made again rather than kept. */
const REACH = 8;
/**
 * Gradients of losses subtract exp(logit − log-sum) from a label: where a prediction is nearly right, the rounding of a
 * logit would exceed the difference. They read f32.
 */
const EXACT_READERS = new Set([CROSS_ENTROPY_GRAD.name, INFO_NCE_GRAD.name]);

type Resolve = (tensor: Tensor) => Tensor;

/**
 * @param nodes forward and backward pass in order, after fusion
 * @param forward what the forward pass is for: loss, outputs, metrics, updates; these stay f32
 * @param resolve follows fusion's replacements
 * @returns the nodes to lower, in order
 */
export function saveHalves(nodes: readonly GraphNode[], forward: readonly Tensor[], resolve: Resolve): GraphNode[] {
  const isForward = reached(forward, resolve);
  const kept = new Set(forward.map((tensor) => keyOf(rootOf(tensor, resolve))));
  const exact = new Set(
    nodes
      .filter(({ op }) => EXACT_READERS.has(op.name))
      .flatMap((node) => node.inputs.map((input) => keyOf(rootOf(input, resolve)))),
  );
  const packed = new Map<string, Tensor>();
  const packedAfter = new Map<number, GraphNode[]>();
  const widened = new Map<string, { readonly tensor: Tensor; last: number }>();

  /** Words of a tensor that the forward pass leaves to the backward pass; null if it is kept as it is. */
  const wordsOf = (input: Tensor): Tensor | null => {
    const root = rootOf(input, resolve);
    const key = keyOf(root);
    const isSaved =
      isForward.has(root.node.id) &&
      root.node.inputs.length > 0 &&
      root.dtype === 'f32' &&
      // Further outputs are statistics of rows: few, and exact where a kernel recomputes from them.
      root.output === 0 &&
      countOf(root) >= LEAST_VALUES &&
      !kept.has(key) &&
      !exact.has(key);
    if (!isSaved) return null;
    const words = packed.get(key) ?? packHalf(root);
    if (!packed.has(key)) packedAfter.set(root.node.id, [...(packedAfter.get(root.node.id) ?? []), words.node]);
    packed.set(key, words);
    return words;
  };

  const backward: GraphNode[] = [];
  for (const node of nodes) {
    if (isForward.has(node.id)) continue;
    if (node.op.isAlias) {
      backward.push(node);
      continue;
    }
    const inputs = node.inputs.map((input, index): Tensor => {
      const words = wordsOf(input);
      if (!words) return input;
      if ((isOp(node, MATMUL) && index < 2) || (isOp(node, RELU_MASK) && index === 0)) return words;
      const key = keyOf(words);
      const known = widened.get(key);
      const copy = known && backward.length - known.last <= REACH ? known.tensor : unpackHalf(words, input.shape);
      if (copy !== known?.tensor) backward.push(copy.node);
      widened.set(key, { tensor: copy, last: backward.length });
      return sameShape(copy.shape, input.shape) ? copy : { ...copy, shape: input.shape };
    });
    backward.push({ ...node, inputs });
  }
  return [
    ...nodes.filter(({ id }) => isForward.has(id)).flatMap((node) => [node, ...(packedAfter.get(node.id) ?? [])]),
    ...backward,
  ];
}

const keyOf = (tensor: Tensor): string => `${tensor.node.id}:${tensor.output}`;

/** The tensor whose memory this one is. */
function rootOf(tensor: Tensor, resolve: Resolve): Tensor {
  const resolved = resolve(tensor);
  const first = resolved.node.op.isAlias ? resolved.node.inputs[0] : undefined;
  return first ? rootOf(first, resolve) : resolved;
}

/** Ids of the nodes that `roots` depend on. */
function reached(roots: readonly Tensor[], resolve: Resolve): Set<number> {
  const seen = new Set<number>();
  const stack = roots.map((root) => resolve(root).node);
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    for (const input of node.inputs) stack.push(resolve(input).node);
  }
  return seen;
}
