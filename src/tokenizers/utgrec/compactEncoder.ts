/**
 * The compact item encoder: a small causal transformer over [image patches; text pieces; H code tokens], the order of
 * UTGRec's prompt (arXiv 2504.04405, Eq. 2), trained jointly with the rest. The content vectors are its states at the code
 * tokens after the final norm, so code j sees image, text and the codes before it. Absent images and unused text positions
 * are masked out; text stands right-aligned against the code tokens, so that its distance to them does not depend on
 * its length. Stands in for Qwen2-VL-2B with LoRA (same interface: content `[B, H, D]`).
 * Shapes: B items, P patches of c values, T text pieces, H codes, D width.
 */
import { fillInit, normalInit, type ParameterSpec, parameter } from '../../nn/parameters';
import { initialScale, transformerLayer, transformerLayerParameters } from '../../nn/transformerLayer';
import type { Tensor } from '../../tensor/graph';
import { dropout } from '../../tensor/ops/dropout';
import { embedding, type RowIndex } from '../../tensor/ops/embedding';
import { linear } from '../../tensor/ops/matmul';
import { broadcastTo, concat } from '../../tensor/ops/move';
import { rmsNorm } from '../../tensor/ops/norm';
import { sizeAt } from '../../tensor/shape';
import type { CompactEncoderConfig, UtgrecSizes } from './config';

export interface ContentInputs {
  /** u32 `[B, T]`, right-aligned, padded with 0. */
  readonly text: Tensor;
  /** u32 `[B, P + T + H]`: 1 where a position is real. */
  readonly mask: Tensor;
  /** f32 `[B, P, c]`; left out where P is 0. */
  readonly patches?: Tensor;
  /** The text's inverted index, made on the host. */
  readonly textIndex?: RowIndex;
}

export function compactEncoderParameters(
  config: CompactEncoderConfig,
  codes: number,
  { vocabulary, patches, patchWidth }: UtgrecSizes,
): ParameterSpec[] {
  const { width, layers } = config;
  const init = normalInit(initialScale(width));
  return [
    parameter('encoder.text.weight', [vocabulary, width], init),
    parameter('encoder.codes', [codes, width], init),
    ...(patches > 0
      ? [
          parameter('encoder.patch.weight', [patchWidth, width], init),
          parameter('encoder.patch.bias', [width], fillInit(0)),
        ]
      : []),
    ...Array.from({ length: layers }, (_, layer) =>
      transformerLayerParameters(`encoder.layer.${layer}`, config),
    ).flat(),
    parameter('encoder.norm.weight', [width], fillInit(1)),
  ];
}

/** @param nextStream set in training: numbers of the random masks. @returns content `[B, H, D]` */
export function encodeContent(
  params: (name: string) => Tensor,
  config: CompactEncoderConfig,
  inputs: ContentInputs,
  nextStream?: () => number,
): Tensor {
  const { text, mask, patches, textIndex } = inputs;
  const drop = (x: Tensor): Tensor => (nextStream && config.dropout > 0 ? dropout(x, config.dropout, nextStream()) : x);
  const batch = sizeAt(text.shape, 0);
  const codeTable = params('encoder.codes');
  const codes = sizeAt(codeTable.shape, 0);
  const parts = [
    ...(patches ? [linear(patches, params('encoder.patch.weight'), params('encoder.patch.bias'))] : []),
    embedding(params('encoder.text.weight'), text, textIndex, { paddingId: 0 }),
    broadcastTo(codeTable, [batch, codes, config.width]),
  ];
  let x = drop(concat(parts, 1));
  for (let layer = 0; layer < config.layers; layer++)
    x = transformerLayer(params, `encoder.layer.${layer}`, config, x, {
      isCausal: true,
      keyMask: mask,
      // Of the last layer only the code tokens are read.
      ...(layer === config.layers - 1 ? { last: codes } : {}),
      ...(nextStream ? { dropoutRate: config.dropout, nextStream } : {}),
    });
  return rmsNorm(x, params('encoder.norm.weight'), config.normEps);
}
