/**
 * UTGRec's universal item tokenizer as graph functions (arXiv 2504.04405 §2; utgrec.md §2–§5):
 * content h → MLP → z → prefix residual → root and leaf books → straight-through → inverse prefix residual → u → text and
 * image decoders; the same u decodes a co-occurring item; z is aligned with that item's z level by level.
 * L = L_txt + λ_img L_img + w_code L_code + μ L_align + γ (L_txt⁺ + λ_img L_img⁺).
 * Shapes: B items, H codes, D content width, d codebook width, T text positions, P image latents of c channels, R repeats.
 */
import { fillInit, linearInit, normalInit, type ParameterSpec, parameter } from '../../nn/parameters';
import { initialScale } from '../../nn/transformerLayer';
import type { Tensor } from '../../tensor/graph';
import { dropout } from '../../tensor/ops/dropout';
import { add, scaleBy, silu } from '../../tensor/ops/elementwise';
import { infoNce } from '../../tensor/ops/infoNce';
import { constant } from '../../tensor/ops/leaves';
import { linearCrossEntropy, tableRows } from '../../tensor/ops/linearCrossEntropy';
import { linear } from '../../tensor/ops/matmul';
import { broadcastTo, concat, pad, slice, transpose } from '../../tensor/ops/move';
import { rmsNorm } from '../../tensor/ops/norm';
import { reshape } from '../../tensor/ops/views';
import { sizeAt } from '../../tensor/shape';
import { compactEncoderParameters, encodeContent } from './compactEncoder';
import type { UtgrecModelConfig, UtgrecSizes } from './config';
import { codeProjectionParameters, decodeMasks, decoderParameters, projectCodes, textHeadParameters } from './decoders';
import { conditionSignal, denoise, denoiserParameters, diffusionLoss, diffusionRowLosses } from './diffusion';
import type { NoiseSchedule } from './noiseSchedule';
import { bookNames, type TreeQuantised, treeQuantise, treeQuantiserParameters } from './treeQuantiser';

type Params = (name: string) => Tensor;
type Batch = Readonly<Record<string, Tensor>>;

/** Label of a text position that takes no part. */
export const IGNORED_PIECE = 0xffff_ffff;

export interface ModelSpec {
  readonly config: UtgrecModelConfig;
  readonly sizes: UtgrecSizes;
  readonly schedule: NoiseSchedule;
}

/** @param isMatrixTrainable false in tokenizer fine-tuning: the books' C keeps its bits, W moves (utgrec.md §3.3) */
export function utgrecParameters({ config, sizes }: ModelSpec, isMatrixTrainable: boolean): ParameterSpec[] {
  const { encoder, quantiser, projectionWidth, decoder, diffusion } = config;
  const dense = (name: string, inputs: number, outputs: number, scale: number): ParameterSpec[] => [
    parameter(`${name}.weight`, [inputs, outputs], normalInit(scale)),
    parameter(`${name}.bias`, [outputs], fillInit(0)),
  ];
  const content =
    encoder.kind === 'compact'
      ? compactEncoderParameters(encoder, quantiser.levels, sizes)
      : [
          parameter(
            'levels.weight',
            [sizes.vectorWidth, quantiser.levels * encoder.width],
            linearInit(sizes.vectorWidth),
          ),
          parameter('levels.bias', [quantiser.levels * encoder.width], linearInit(sizes.vectorWidth)),
        ];
  const image =
    sizes.latents > 0
      ? [
          ...decoderParameters('imageDecoder', decoder),
          ...denoiserParameters(diffusion, sizes.latentWidth, decoder.width),
        ]
      : [];
  return [
    ...content,
    // 0.02 at the published widths (1,536 and 768), and the same spread of z at any other.
    ...dense('projection.0', encoder.width, projectionWidth, initialScale(encoder.width)),
    ...dense('projection.1', projectionWidth, quantiser.width, initialScale(2 * projectionWidth)),
    ...treeQuantiserParameters(quantiser, isMatrixTrainable),
    ...codeProjectionParameters(quantiser.width, decoder.width),
    ...decoderParameters('textDecoder', decoder),
    ...textHeadParameters(decoder.width, sizes.vocabulary),
    ...image,
  ];
}

function named(batch: Batch, name: string): Tensor {
  const tensor = batch[name];
  if (!tensor) throw new Error(`utgrec: the batch has no "${name}"`);
  return tensor;
}

/** Content h `[rows, H, D]` of the batch's items (arrays of ./batch `encoderArrays`). */
function contentOf(params: Params, { config, sizes }: ModelSpec, batch: Batch, nextStream?: () => number): Tensor {
  const { encoder, quantiser } = config;
  if (encoder.kind === 'compact') {
    const { textOrder, textStarts } = batch;
    const inputs = {
      text: named(batch, 'text'),
      mask: named(batch, 'mask'),
      ...(sizes.patches > 0 ? { patches: named(batch, 'patches') } : {}),
      ...(textOrder && textStarts ? { textIndex: { order: textOrder, starts: textStarts } } : {}),
    };
    return encodeContent(params, encoder, inputs, nextStream);
  }
  const vectors = named(batch, 'vectors');
  const levels = linear(vectors, params('levels.weight'), params('levels.bias'));
  return reshape(levels, [sizeAt(vectors.shape, 0), quantiser.levels, encoder.width]);
}

/** MLP from content to codebook width: dropout before each linear, SiLU between them (utgrec.md §3.1). */
function project(params: Params, rate: number, h: Tensor, nextStream?: () => number): Tensor {
  const drop = (x: Tensor): Tensor => (nextStream && rate > 0 ? dropout(x, rate, nextStream()) : x);
  const layer = (at: number, x: Tensor): Tensor =>
    linear(drop(x), params(`projection.${at}.weight`), params(`projection.${at}.bias`));
  return layer(1, silu(layer(0, h)));
}

/** Rows of length 1: x / ‖x‖ for x `[N, d]`; a zero row stays zero. */
export function unitRows(x: Tensor): Tensor {
  const width = sizeAt(x.shape, 1);
  const ones = constant(new Float32Array(width).fill(1), [width]);
  return scaleBy(rmsNorm(x, ones, 1e-20), width ** -0.5);
}

/** Mean over levels of InfoNCE from items to positives at temperature τ (paper Eq. 11); z and z⁺ `[B, H, d]`. */
export function alignmentLoss(z: Tensor, positive: Tensor, temperature: number): Tensor {
  const [items, levels, width] = [sizeAt(z.shape, 0), sizeAt(z.shape, 1), sizeAt(z.shape, 2)];
  const rows = (x: Tensor, level: number): Tensor => unitRows(reshape(slice(x, 1, level, 1), [items, width]));
  const losses = Array.from({ length: levels }, (_, level) =>
    infoNce(rows(z, level), rows(positive, level), temperature),
  );
  return scaleBy(
    losses.reduce((total, loss) => add(total, loss)),
    1 / levels,
  );
}

export interface UtgrecLosses {
  readonly total: Tensor;
  /** Scalars by name: text, image, codebook, alignment, textPositive, imagePositive, and the error of each book. */
  readonly parts: Readonly<Record<string, Tensor>>;
}

export interface StepOptions {
  /** Decoders see z itself and the codebook loss does not count (utgrec.md §3.5). */
  readonly isWarmup: boolean;
  /** Random masks of dropout; off for tests and evaluation. */
  readonly hasDropout: boolean;
  /** False where only the values are wanted: the gradient of the text head is not made on the way. */
  readonly hasGradient?: boolean;
}

/**
 * Loss of one batch. Rows 0 … B − 1 of every array are the items; where a coefficient asks for positives, rows B … 2B − 1
 * are theirs (./batch).
 */
export function utgrecLosses(params: Params, model: ModelSpec, batch: Batch, options: StepOptions): UtgrecLosses {
  const { config, sizes } = model;
  const { weights, quantiser } = config;
  let stream = 0;
  const nextStream = options.hasDropout ? () => stream++ : undefined;
  const both = project(params, config.projectionDropout, contentOf(params, model, batch, nextStream), nextStream);
  const items = sizeAt(both.shape, 0) / (weights.alignment > 0 ? 2 : 1);
  const z = slice(both, 0, 0, items);
  const parts: Record<string, Tensor> = {};
  const terms: Tensor[] = [];
  const count = (name: string, loss: Tensor, weight: number): void => {
    parts[name] = loss;
    terms.push(weight === 1 ? loss : scaleBy(loss, weight));
  };
  // In the warm-up the books are measured but do not count: their gradient is zero.
  const quantised = treeQuantise(params, quantiser, z);
  count('codebook', quantised.loss, options.isWarmup ? 0 : weights.codebook);
  // Many independent books would fill the row of scalars; the tree has two.
  if (quantiser.kind === 'tree')
    bookNames(quantiser).forEach((book, at) => {
      const error = quantised.errors[at];
      if (error) parts[`${book}Error`] = error;
    });
  if (weights.alignment > 0)
    count('alignment', alignmentLoss(z, slice(both, 0, items, items), config.temperature), weights.alignment);
  const u = projectCodes(params, options.isWarmup ? z : quantised.reconstructed);
  const hasPositive = weights.positive > 0;
  const text = textLosses(params, model, batch, u, { hasPositive, hasGradient: options.hasGradient ?? true });
  count('text', text[0], 1);
  if (text[1]) count('textPositive', text[1], weights.positive);
  if (sizes.latents > 0) {
    const image = imageLosses(params, model, batch, u, hasPositive);
    count('image', image[0], weights.image);
    if (image[1]) count('imagePositive', image[1], weights.positive * weights.image);
  }
  return { total: terms.reduce((total, term) => add(total, term)), parts };
}

type LossPair = readonly [own: Tensor, positive: Tensor | null];

/** Mean cross-entropy of the pieces, all positions masked (paper Eq. 8; the mean over tokens is the code's). */
function textLosses(
  params: Params,
  { config, sizes }: ModelSpec,
  batch: Batch,
  u: Tensor,
  { hasPositive, hasGradient }: { readonly hasPositive: boolean; readonly hasGradient: boolean },
): LossPair {
  const targets = named(batch, 'targets');
  const codes = hasPositive ? concat([u, u], 0) : u;
  const states = decodeMasks(
    params,
    'textDecoder',
    config.decoder,
    codes,
    sizes.textLength,
    named(batch, 'targetMask'),
  );
  const rows = sizeAt(targets.shape, 0) * sizes.textLength;
  const flat = reshape(states, [rows, config.decoder.width]);
  const labels = reshape(targets, [rows]);
  // Table rows [V, D], filled up to a multiple of four: the logits, most of the step's memory, never exist as a whole.
  const table = pad(transpose(params('textHead.weight'), [1, 0]), 0, 0, tableRows(sizes.vocabulary) - sizes.vocabulary);
  const own = rows / (hasPositive ? 2 : 1);
  const loss = (from: number): Tensor =>
    linearCrossEntropy(slice(flat, 0, from, own), table, slice(labels, 0, from, own), {
      classes: sizes.vocabulary,
      hasGradient,
    }).mean;
  return [loss(0), hasPositive ? loss(own) : null];
}

/** Diffusion losses of item and positive. All masks are alike, so one decoding gives both their conditions. */
function imageLosses(params: Params, model: ModelSpec, batch: Batch, u: Tensor, hasPositive: boolean): LossPair {
  const { config, sizes, schedule } = model;
  const { repeats } = config.diffusion;
  const conditions = conditionSignal(params, decodeMasks(params, 'imageDecoder', config.decoder, u, sizes.latents));
  const places = sizeAt(u.shape, 0) * sizes.latents;
  const pair = hasPositive ? 2 : 1;
  const { width } = config.diffusion;
  const spread = broadcastTo(reshape(conditions, [1, places, 1, width]), [pair, places, repeats, width]);
  const inputs = {
    noised: named(batch, 'noised'),
    time: named(batch, 'time'),
    condition: reshape(spread, [pair * places * repeats, width]),
  };
  const noise = named(batch, 'noise');
  const start = config.diffusion.learnsVariance ? named(batch, 'start') : noise;
  const estimate = denoise(params, config.diffusion, schedule, inputs);
  const { squared, bound } = diffusionRowLosses(schedule, inputs, { start, noise }, estimate);
  const rows = bound ? add(squared, bound) : squared;
  const mask = named(batch, 'imageMask');
  const own = places * repeats;
  const loss = (from: number): Tensor => diffusionLoss(slice(rows, 0, from, own), slice(mask, 0, from, own));
  return [loss(0), hasPositive ? loss(own) : null];
}

export interface UtgrecCodes extends TreeQuantised {
  /** u `[B, H, D]`. */
  readonly u: Tensor;
}

/** Codes and what they decode from, without dropout; for tokenising, evaluation and the reconstruction gallery. */
export function utgrecCodes(params: Params, model: ModelSpec, batch: Batch): UtgrecCodes {
  const { config } = model;
  const z = project(params, 0, contentOf(params, model, batch));
  const quantised = treeQuantise(params, config.quantiser, z);
  return { ...quantised, u: projectCodes(params, quantised.reconstructed) };
}
