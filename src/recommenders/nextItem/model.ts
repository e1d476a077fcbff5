/**
 * What SASRec and GRU4Rec share: the item table at both ends, states of a batch of sequences, the three losses.
 * Shapes: B sequences, T positions, D width, N items, V table rows (N up to a multiple of four).
 */
import { normalInit, type ParameterSpec, parameter } from '../../nn/parameters';
import type { Tensor } from '../../tensor/graph';
import { meanCounted, meanCrossEntropy } from '../../tensor/ops/crossEntropy';
import { add, multiply, scaleBy, unary } from '../../tensor/ops/elementwise';
import { embedding, type RowIndex } from '../../tensor/ops/embedding';
import { linearCrossEntropy, tableRows } from '../../tensor/ops/linearCrossEntropy';
import { matmul } from '../../tensor/ops/matmul';
import { concat } from '../../tensor/ops/move';
import { sum } from '../../tensor/ops/reduce';
import { reshape } from '../../tensor/ops/views';
import { sizeAt } from '../../tensor/shape';
import { gru4recParameters, gru4recStates, gru4recTableScale } from '../gru4rec/model';
import { sasrecParameters, sasrecStates } from '../sasrec/model';
import type { NextItemSettings } from './settings';

export const ITEM_TABLE = 'item_embedding.weight';
/** Label of a position that does not count, and id of padding: above every row of a table. */
export const NO_ITEM = 0xffff_ffff;
const SASREC_TABLE_SCALE = 0.02;

type Params = (name: string) => Tensor;

/** Declarations of all parameters, the item table [V, D] first. */
export function nextItemParameters(settings: NextItemSettings, itemCount: number): ParameterSpec[] {
  const scale = settings.system === 'sasrec' ? SASREC_TABLE_SCALE : gru4recTableScale(itemCount, settings.width);
  return [
    parameter(ITEM_TABLE, [tableRows(itemCount), settings.width], normalInit(scale)),
    ...(settings.system === 'sasrec' ? sasrecParameters(settings) : gru4recParameters(settings)),
  ];
}

/** States [B, T, D] after ids u32 [B, T]. @param isTraining switches dropout on */
export function nextItemStates(
  settings: NextItemSettings,
  params: Params,
  ids: Tensor,
  isTraining: boolean,
  index?: RowIndex,
): Tensor {
  const items = embedding(params(ITEM_TABLE), ids, index);
  const rate = isTraining ? settings.dropout : 0;
  if (settings.system === 'gru4rec') return gru4recStates(params, items, rate);
  return sasrecStates(settings, params, items, {
    hidden: rate,
    attention: isTraining ? settings.attentionDropout : 0,
  });
}

export interface NextItemInputs {
  /** u32 [B, T], `NO_ITEM` behind the sequence. */
  readonly ids: Tensor;
  readonly idIndex: RowIndex;
  /** u32 [B, T]: the item after each position, `NO_ITEM` where none is to be learned. */
  readonly targets: Tensor;
  /** For `sampled` and `bce`. */
  readonly drawn?: DrawnInputs;
}

export interface DrawnInputs {
  readonly targetIndex: RowIndex;
  /** u32: [B, K] under `sampled`, [B, T] under `bce`. */
  readonly negatives: Tensor;
  readonly negativeIndex: RowIndex;
  /** u32 [B · T]: 0 where a position counts, else `NO_ITEM`. */
  readonly labels: Tensor;
  /** f32 [B · T]: 1 where a position counts, else 0. */
  readonly weights: Tensor;
}

/** The mean loss over the positions that count. */
export function nextItemLoss(
  settings: NextItemSettings,
  params: Params,
  inputs: NextItemInputs,
  itemCount: number,
): Tensor {
  const states = nextItemStates(settings, params, inputs.ids, true, inputs.idIndex);
  const [rows, width] = [sizeAt(inputs.ids.shape, 0) * sizeAt(inputs.ids.shape, 1), settings.width];
  const targets = reshape(inputs.targets, [rows]);
  const table = params(ITEM_TABLE);
  if (settings.loss === 'crossEntropy')
    return linearCrossEntropy(reshape(states, [rows, width]), table, targets, { classes: itemCount }).mean;
  const { drawn } = inputs;
  if (!drawn) throw new Error('nextItemLoss: sampled losses need drawn negatives');
  const dot = (vectors: Tensor): Tensor => sum(multiply(states, vectors), 2);
  const positive = dot(embedding(table, inputs.targets, drawn.targetIndex));
  const negatives = embedding(table, drawn.negatives, drawn.negativeIndex);
  if (settings.loss === 'sampled') {
    const others = matmul(states, negatives, { transposeB: true });
    const scores = concat([reshape(positive, [...positive.shape, 1]), others], 2);
    return meanCrossEntropy(reshape(scores, [rows, sizeAt(scores.shape, 2)]), drawn.labels);
  }
  // −log σ(s⁺) − log(1 − σ(s⁻)), in the form that never overflows.
  const losses = add(unary('softplus', scaleBy(positive, -1)), unary('softplus', dot(negatives)));
  return meanCounted(multiply(reshape(losses, [rows]), drawn.weights), drawn.labels, 1);
}
