/** 2-D convolution as windows and one matrix product, and the doubling of a picture's sides. Channels last. */
import type { Tensor } from '../tensor/graph';
import { linear } from '../tensor/ops/matmul';
import { broadcastTo } from '../tensor/ops/move';
import { unfold, type WindowOptions } from '../tensor/ops/unfold';
import { reshape } from '../tensor/ops/views';
import { sizeAt } from '../tensor/shape';
import { fillInit, normalInit, type ParameterSpec, parameter } from './parameters';

/** Weight `[k·k·C, N]` (window order row, column, channel) as He et al. 2015, bias `[N]` 0. */
export function convolutionParameters(name: string, kernel: number, inputs: number, outputs: number): ParameterSpec[] {
  const fanIn = kernel * kernel * inputs;
  return [
    parameter(`${name}.weight`, [fanIn, outputs], normalInit(Math.sqrt(2 / fanIn))),
    parameter(`${name}.bias`, [outputs], fillInit(0)),
  ];
}

/** Cross-correlation with zeros outside, as torch.nn.functional.conv2d. @param x `[B, H, W, C]` @returns `[B, H', W', N]` @throws ShapeError */
export function conv2d(params: (name: string) => Tensor, name: string, x: Tensor, options: WindowOptions): Tensor {
  return linear(unfold(x, options), params(`${name}.weight`), params(`${name}.bias`));
}

/** Every pixel as a square of 2 × 2: `[B, H, W, C]` → `[B, 2H, 2W, C]`. */
export function doubled(x: Tensor): Tensor {
  const [batch, height, width, channels] = [0, 1, 2, 3].map((axis) => sizeAt(x.shape, axis)) as [
    number,
    number,
    number,
    number,
  ];
  const wide = broadcastTo(reshape(x, [batch * height * width, 1, channels]), [batch * height * width, 2, channels]);
  const rows = reshape(wide, [batch * height, 1, 2 * width * channels]);
  const tall = broadcastTo(rows, [batch * height, 2, 2 * width * channels]);
  return reshape(tall, [batch, 2 * height, 2 * width, channels]);
}
