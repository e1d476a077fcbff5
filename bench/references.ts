/** Right answers in float64 on the host, and the sentences that compare an engine's answer with them. */
import { uniformGenerator } from '../src/base/random';
import type { beamStepData, codebookLookup, contrastivePair, embeddingLookup, wideCrossEntropy } from './data';

type Floats = ArrayLike<number>;
const at = (values: Floats, index: number): number => values[index] as number;

/** Codebook rows and matrix entries that are recomputed on the host. */
const CHECKED_ROWS = 256;
const CHECKED_ENTRIES = 64;

/** Largest error among 64 entries of C = A B, sizes N × N, of the matrix that starts at `offset`. */
export function matmulCheck(a: Floats, b: Floats, c: Floats, size: number, offset = 0): string {
  const uniform = uniformGenerator(7);
  let error = 0;
  for (let sample = 0; sample < CHECKED_ENTRIES; sample++) {
    const row = Math.floor(uniform() * size);
    const column = Math.floor(uniform() * size);
    let sum = 0;
    for (let k = 0; k < size; k++) sum += at(a, offset + row * size + k) * at(b, offset + k * size + column);
    error = Math.max(error, Math.abs(sum - at(c, offset + row * size + column)));
  }
  return `maxerr ${error.toExponential(1)}`;
}

export function nearestCheck(data: ReturnType<typeof codebookLookup>, code: ArrayLike<number | bigint>): string {
  const { x, codebook, width, entries } = data;
  let agreed = 0;
  for (let row = 0; row < CHECKED_ROWS; row++) {
    let best = Number.POSITIVE_INFINITY;
    let bestEntry = 0;
    for (let entry = 0; entry < entries; entry++) {
      let distance = 0;
      for (let d = 0; d < width; d++) distance += (at(x, row * width + d) - at(codebook, entry * width + d)) ** 2;
      if (distance < best) {
        best = distance;
        bestEntry = entry;
      }
    }
    if (bestEntry === Number(code[row])) agreed++;
  }
  return `agree ${agreed}/${CHECKED_ROWS}`;
}

/** Log of the sum of exponentials of `count` values from `offset`. */
function logSumExp(values: Floats, offset: number, count: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < count; j++) most = Math.max(most, at(values, offset + j));
  let sum = 0;
  for (let j = 0; j < count; j++) sum += Math.exp(at(values, offset + j) - most);
  return most + Math.log(sum);
}

const lossLine = (loss: number, reference: number): string => `loss ${loss.toFixed(5)} ref ${reference.toFixed(5)}`;

export function infoNceCheck(data: ReturnType<typeof contrastivePair>, loss: number): string {
  const { a, b, rows, width, temperature } = data;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const similarity = new Float64Array(rows);
    for (let j = 0; j < rows; j++) {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += at(a, i * width + d) * at(b, j * width + d);
      similarity[j] = sum / temperature;
    }
    total += logSumExp(similarity, 0, rows) - at(similarity, i);
  }
  return lossLine(loss, total / rows);
}

export function crossEntropyCheck(data: ReturnType<typeof wideCrossEntropy>, loss: number): string {
  const { logits, labels, rows, classes } = data;
  let total = 0;
  for (let i = 0; i < rows; i++)
    total += logSumExp(logits, i * classes, classes) - at(logits, i * classes + at(labels, i));
  return lossLine(loss, total / rows);
}

/** One entry of the table's gradient, of an id that occurs. */
export function scatterCheck(data: ReturnType<typeof embeddingLookup>, gradient: Floats): string {
  const id = at(data.ids, 3);
  let sum = 0;
  data.ids.forEach((other, i) => {
    if (other === id) sum += at(data.weight, i * data.width);
  });
  return `grad ${at(gradient, id * data.width).toFixed(5)} ref ${sum.toFixed(5)}`;
}

export function beamCheck(data: ReturnType<typeof beamStepData>, indices: ArrayLike<number | bigint>): string {
  const { logits, scores, beams, vocabulary, k } = data;
  const candidates: { score: number; index: number }[] = [];
  for (let beam = 0; beam < beams; beam++) {
    const norm = logSumExp(logits, beam * vocabulary, vocabulary);
    for (let token = 0; token < vocabulary; token++) {
      const index = beam * vocabulary + token;
      candidates.push({ score: at(logits, index) - norm + at(scores, beam), index });
    }
  }
  candidates.sort((p, q) => q.score - p.score);
  const agreed = candidates.slice(0, k).filter(({ index }, place) => index === Number(indices[place])).length;
  return `agree ${agreed}/${k}`;
}

/** The first losses of a training run. */
export const lossesLine = (losses: readonly number[]): string =>
  `losses ${losses
    .slice(0, 6)
    .map((loss) => loss.toFixed(4))
    .join(' ')}`;
