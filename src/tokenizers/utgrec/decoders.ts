/**
 * UTGRec's light decoders (arXiv 2504.04405 §2.2.3; utgrec.md §4.1–4.4): the reconstructed codes u stand before a row of
 * identical mask vectors; one bidirectional transformer layer and a final norm turn the masks into text logits or into
 * conditions for the image diffusion. With every position masked the image conditions depend on the codes alone.
 * Shapes: B items, H codes, D decoder width, T text positions, P image latents.
 */
import { fillInit, linearInit, normalInit, type ParameterSpec, parameter } from '../../nn/parameters';
import {
  initialScale,
  type TransformerLayerConfig,
  transformerLayer,
  transformerLayerParameters,
} from '../../nn/transformerLayer';
import type { Tensor } from '../../tensor/graph';
import { linear, matmul } from '../../tensor/ops/matmul';
import { broadcastTo, concat } from '../../tensor/ops/move';
import { rmsNorm } from '../../tensor/ops/norm';
import { sizeAt } from '../../tensor/shape';

type Params = (name: string) => Tensor;
export type DecoderName = 'textDecoder' | 'imageDecoder';

/** The projection u = zq·W + b that both decoders share. */
export function codeProjectionParameters(codeWidth: number, width: number): ParameterSpec[] {
  return [
    parameter('codeProjection.weight', [codeWidth, width], linearInit(codeWidth)),
    parameter('codeProjection.bias', [width], linearInit(codeWidth)),
  ];
}

/** zq `[B, H, d]` → u `[B, H, D]`. */
export const projectCodes = (params: Params, reconstructed: Tensor): Tensor =>
  linear(reconstructed, params('codeProjection.weight'), params('codeProjection.bias'));

export function decoderParameters(name: DecoderName, config: TransformerLayerConfig): ParameterSpec[] {
  return [
    parameter(`${name}.mask`, [config.width], normalInit(initialScale(config.width))),
    ...transformerLayerParameters(`${name}.layer`, config),
    parameter(`${name}.norm.weight`, [config.width], fillInit(1)),
  ];
}

/**
 * @param u `[B, H, D]`
 * @param keyMask u32 `[B, H + positions]`, 1 where a position is real; all are if left out
 * @returns states at the masked positions `[B, positions, D]`
 */
export function decodeMasks(
  params: Params,
  name: DecoderName,
  config: TransformerLayerConfig,
  u: Tensor,
  positions: number,
  keyMask?: Tensor,
): Tensor {
  const batch = sizeAt(u.shape, 0);
  const masks = broadcastTo(params(`${name}.mask`), [batch, positions, config.width]);
  const states = transformerLayer(params, `${name}.layer`, config, concat([u, masks], 1), {
    isCausal: false,
    last: positions,
    ...(keyMask ? { keyMask } : {}),
  });
  return rmsNorm(states, params(`${name}.norm.weight`), config.normEps);
}

/** Head of the text decoder, its own matrix (the published model unties it): `[D, V]`. */
export const textHeadParameters = (width: number, vocabulary: number): ParameterSpec[] => [
  parameter('textHead.weight', [width, vocabulary], normalInit(initialScale(width))),
];

/** States `[B, T, D]` → logits `[B, T, V]`. */
export const textLogits = (params: Params, states: Tensor): Tensor => matmul(states, params('textHead.weight'));
