/** A gated recurrent layer over a sequence, the cell of GRU4Rec as RecBole builds it: one layer, no biases. */
import { ShapeError } from '../base/errors';
import type { Tensor } from '../tensor/graph';
import { gruCell } from '../tensor/ops/gruCell';
import { constant } from '../tensor/ops/leaves';
import { matmul } from '../tensor/ops/matmul';
import { concat, split } from '../tensor/ops/move';
import { reshape } from '../tensor/ops/views';
import { sizeAt } from '../tensor/shape';
import { type ParameterSpec, parameter } from './parameters';

/** `weight_ih` [3H, D] and `weight_hh` [3H, H] below `prefix`, rows reset | update | new as torch has them; Xavier-uniform on the stacked matrices. */
export function gruParameters(prefix: string, width: number, hidden: number): ParameterSpec[] {
  const xavier = (fanIn: number) => ({ kind: 'uniform', scale: Math.sqrt(6 / (fanIn + 3 * hidden)) }) as const;
  return [
    parameter(`${prefix}.weight_ih`, [3 * hidden, width], xavier(width)),
    parameter(`${prefix}.weight_hh`, [3 * hidden, hidden], xavier(hidden)),
  ];
}

/**
 * All states of the layer from a zero state. The input products of all steps are one matrix product; only h·U and the cell
 * run step by step, two launches a step forward. Padding on the right is harmless: a state depends on earlier steps only.
 * @param x [B, T, D] @returns [B, T, H] @throws ShapeError
 */
export function gru(params: (name: string) => Tensor, prefix: string, x: Tensor): Tensor {
  if (x.shape.length !== 3) throw new ShapeError('gru/shape', `gru: wanted x [B, T, D], got [${x.shape}].`);
  const [batch, steps] = [sizeAt(x.shape, 0), sizeAt(x.shape, 1)];
  const recurrent = params(`${prefix}.weight_hh`);
  const hidden = sizeAt(recurrent.shape, 1);
  const fromX = matmul(x, params(`${prefix}.weight_ih`), { transposeB: true });
  let state = constant(new Float32Array(batch * hidden), [batch, hidden]);
  const states: Tensor[] = [];
  for (const piece of split(fromX, 1, new Array<number>(steps).fill(1))) {
    const fromH = matmul(state, recurrent, { transposeB: true });
    state = gruCell(reshape(piece, [batch, 3 * hidden]), fromH, state);
    states.push(reshape(state, [batch, 1, hidden]));
  }
  return concat(states, 1);
}
