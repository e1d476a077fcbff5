/**
 * Windows of a picture as rows (im2col) and back (col2im): a 2-D convolution is `unfold` and one matrix product. Channels
 * come last, so that a window is k·k runs of neighbouring values. Shapes: B pictures, H × W pixels, C channels, k kernel side.
 */
import { ShapeError } from '../../base/errors';
import { defineOp, record, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';

export interface WindowAttributes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Side of a window. */
  readonly kernel: number;
  readonly stride: number;
  /** Zeros on every side. */
  readonly padding: number;
  /** Windows down and across. */
  readonly rows: number;
  readonly columns: number;
}

/** Input x [B, H, W, C], output [B, rows, columns, k·k·C]. */
export const UNFOLD = defineOp<WindowAttributes>('unfold');
/** Its adjoint: input [B, rows, columns, k·k·C], output [B, H, W, C]. */
export const FOLD = defineOp<WindowAttributes>('fold');

export interface WindowOptions {
  readonly kernel: number;
  /** 1 by default. */
  readonly stride?: number;
  /** 0 by default. */
  readonly padding?: number;
}

/**
 * The window of every output position, entries in the order row, column, channel.
 * @param x `[B, H, W, C]` @returns `[B, ⌊(H + 2p − k)/s⌋ + 1, likewise across, k·k·C]` @throws ShapeError `unfold/window`, `tensor/shape`
 */
export function unfold(x: Tensor, { kernel, stride = 1, padding = 0 }: WindowOptions): Tensor {
  requireDtype('unfold', x, 'f32');
  requireShapes('unfold', x.shape.length === 4, 'pictures [B, H, W, C]', x);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const across = (size: number): number => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const isCount = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
  if (!isCount(kernel, 1) || !isCount(stride, 1) || !isCount(padding, 0) || across(height) < 1 || across(width) < 1)
    throw new ShapeError(
      'unfold/window',
      `unfold: wanted windows that fit into ${height} × ${width} pixels, got kernel ${kernel}, stride ${stride}, padding ${padding}.`,
    );
  const attributes = {
    height,
    width,
    channels,
    kernel,
    stride,
    padding,
    rows: across(height),
    columns: across(width),
  };
  return record(UNFOLD, [x], attributes, [batch, across(height), across(width), kernel * kernel * channels]);
}

/** Adds windows up where they overlap: the gradient of `unfold`. @param windows `[B, rows, columns, k·k·C]` @returns `[B, H, W, C]` */
export function fold(windows: Tensor, attributes: WindowAttributes): Tensor {
  const { height, width, channels } = attributes;
  return record(FOLD, [windows], attributes, [sizeAt(windows.shape, 0), height, width, channels]);
}
