/**
 * GRU4Rec (Hidasi et al. 2016; Tan et al. 2016) in the form of RecBole: item vectors with dropout, one GRU layer without biases,
 * a linear layer back to the table's width, scores by dot product with the same table. State t predicts item t + 1, and
 * depends on items up to t only, so padding on the right is harmless. Parameters carry RecBole's names and layout.
 * Shapes: B sequences, T positions, D width, H hidden width.
 */
import { gru, gruParameters } from '../../nn/gru';
import { fillInit, normalInit, type ParameterSpec, parameter } from '../../nn/parameters';
import type { Tensor } from '../../tensor/graph';
import { dropout } from '../../tensor/ops/dropout';
import { matmul } from '../../tensor/ops/matmul';
import type { Gru4recSettings } from '../nextItem/settings';

type Sizes = Pick<Gru4recSettings, 'width' | 'hiddenWidth'>;

/** All parameters but the item table: Xavier, biases 0. */
export function gru4recParameters({ width, hiddenWidth }: Sizes): ParameterSpec[] {
  return [
    ...gruParameters('gru_layers', width, hiddenWidth),
    parameter('dense.weight', [width, hiddenWidth], normalInit(Math.sqrt(2 / (width + hiddenWidth)))),
    parameter('dense.bias', [width], fillInit(0)),
  ];
}

/** Xavier-normal scale of the item table. */
export const gru4recTableScale = (items: number, width: number): number => Math.sqrt(2 / (items + width));

/** States [B, T, D] of item vectors [B, T, D]; dropout only on the item vectors. */
export function gru4recStates(params: (name: string) => Tensor, items: Tensor, dropoutRate: number): Tensor {
  const dropped = dropoutRate > 0 ? dropout(items, dropoutRate, 0) : items;
  const hidden = gru(params, 'gru_layers', dropped);
  return matmul(hidden, params('dense.weight'), {
    transposeB: true,
    epilogue: 'bias',
    aux: params('dense.bias'),
  });
}
