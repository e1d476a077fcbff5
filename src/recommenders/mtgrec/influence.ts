/**
 * Data influence of K tokenizers on the GPU (mtgrec.md §6): for each the mean training gradient G_i over a fixed sample,
 * preconditioned as AdamW would apply it, against the mean validation gradient g_j of each, over all parameters.
 * S_ij = ⟨Γ_i, g_j⟩. The samples are drawn once from the seed and are the same for every tokenizer and every stage.
 *
 * Means are over samples: a batch counts with its share of them (the reference takes the mean of batch means, which is
 * the same wherever all batches are full). Gradients are taken in evaluation mode; with dropout, batch b has the same
 * masks for every tokenizer. The model's parameters and moments are only read; its gradient arena is overwritten, as every
 * training step does anyway. Memory and chunks: plan/influenceArenas.ts.
 */
import { ConfigError } from '../../base/errors';
import { mixSeed, shuffleInPlace, uniformGenerator } from '../../base/random';
import type { SequenceTable } from '../../base/sequenceTable';
import { type Examples, heldOutExamples, historyLengths, trainExamples } from '../../data/splits';
import { gradientOnly } from '../../nn/optimizers';
import type { CompiledStep, Engine } from '../../plan/engine';
import { directionsHeld, InfluenceArenas } from '../../plan/influenceArenas';
import type { Variables } from '../../plan/variables';
import { paddedLength, type TokenSource, trainingBatch } from '../t5/batch';
import type { T5Config } from '../t5/config';
import { t5TrainingStep } from '../t5/trainer';
import { cheapBatches, ROW_STEP } from './cheapBatches';

/** Streams of the run's seed. */
const TRAINING_STREAM = 4;
const VALIDATION_STREAM = 5;
const DROPOUT_STREAM = 6;

export interface InfluenceOptions {
  readonly engine: Engine;
  /** The model being trained, with its AdamW moments. Borrowed. */
  readonly model: { readonly variables: Variables; readonly t5: T5Config };
  /** One per tokenizer, K ≥ 2, one vocabulary. */
  readonly sources: readonly TokenSource[];
  readonly sequences: SequenceTable;
  readonly seed: number;
  readonly historyLimit: number;
  /** Rows of a gradient pass. */
  readonly batchSize: number;
  /** Examples and users that gradients are taken over; 0 = all. */
  readonly trainingSamples: number;
  readonly validationSamples: number;
  /** Dropout rate of the gradients; 0 for evaluation mode. */
  readonly dropout: number;
  /** Directions in memory at a time; as many as fit if left out. */
  readonly directions?: number;
  readonly dispatchesPerSubmit?: number;
}

interface Sample {
  readonly examples: Examples;
  /** Numbers of the examples in each batch, of similar history length. */
  readonly batches: readonly Uint32Array[];
  readonly count: number;
}

export class InfluenceEstimator {
  readonly #training: Sample;
  readonly #validation: Sample;
  readonly #step: CompiledStep;

  /** @throws ConfigError `mtgrec/one-tokenizer` for fewer than two sources, `mtgrec/samples` without examples */
  constructor(readonly options: InfluenceOptions) {
    const { engine, model, sources, sequences, seed, dropout } = options;
    if (sources.length < 2)
      throw new ConfigError(
        'mtgrec/one-tokenizer',
        `influence: wanted at least 2 tokenizers to weigh, got ${sources.length}; keep more epochs or set sampling to "uniform".`,
      );
    this.#training = sampleOf(trainExamples(sequences), options.trainingSamples, TRAINING_STREAM, options);
    this.#validation = sampleOf(
      heldOutExamples(sequences, 'valid'),
      options.validationSamples,
      VALIDATION_STREAM,
      options,
    );
    this.#step = engine.compile(
      model.variables,
      t5TrainingStep(model.t5, dropout),
      gradientOnly(),
      mixSeed(seed, DROPOUT_STREAM),
    );
    if (options.dispatchesPerSubmit !== undefined) this.#step.dispatchesPerSubmit = options.dispatchesPerSubmit;
  }

  get trainingSamples(): number {
    return this.#training.count;
  }

  get validationSamples(): number {
    return this.#validation.count;
  }

  /** The samples are everything there is. */
  get isFullPass(): boolean {
    return [this.#training, this.#validation].every(({ count, examples }) => count === examples.users.length);
  }

  /** Gradient passes (batches) of one estimate. */
  get passes(): number {
    const { sources } = this.options;
    const chunks = Math.ceil(sources.length / this.#directions());
    return sources.length * (this.#training.batches.length + chunks * this.#validation.batches.length);
  }

  /**
   * S [K][K] at the model's current parameters and moments, rounded to f32.
   * @param onPass awaited after each batch; may throw to stop
   * @throws NumericsError `train/not-finite` if a gradient is not finite
   */
  async estimate(onPass: (done: number) => void | Promise<void> = () => {}): Promise<number[][]> {
    const { sources, model } = this.options;
    const capacity = this.#directions();
    const arenas = await InfluenceArenas.create(model.variables, capacity);
    const influence = sources.map(() => new Array<number>(sources.length).fill(0));
    let done = 0;
    const gradient = async (sample: Sample, source: TokenSource): Promise<void> => {
      arenas.clear();
      for (const [index, batch] of sample.batches.entries()) {
        await this.#run(sample, batch, index, source);
        arenas.add(batch.length / sample.count);
        await onPass(++done);
      }
      await this.#step.metrics();
    };
    try {
      for (let first = 0; first < sources.length; first += capacity) {
        const chunk = sources.slice(first, first + capacity);
        for (const [slot, source] of chunk.entries()) {
          await gradient(this.#training, source);
          arenas.keepDirection(slot);
        }
        for (const [column, source] of sources.entries()) {
          await gradient(this.#validation, source);
          const dots = await arenas.dots(chunk.length);
          for (const [slot, value] of dots.entries()) (influence[first + slot] as number[])[column] = value;
        }
      }
    } finally {
      arenas.dispose();
    }
    return influence;
  }

  /** Mean gradient of one tokenizer's sample, by parameter name; for tests. */
  async meanGradient(kind: 'training' | 'validation', source: TokenSource): Promise<Map<string, Float64Array>> {
    const sample = kind === 'training' ? this.#training : this.#validation;
    const mean = new Map<string, Float64Array>();
    for (const [index, batch] of sample.batches.entries()) {
      await this.#run(sample, batch, index, source);
      for (const [name, values] of await this.options.model.variables.readAll('gradients')) {
        const held = mean.get(name) ?? new Float64Array(values.length);
        mean.set(
          name,
          held.map((value, i) => value + ((values[i] as number) * batch.length) / sample.count),
        );
      }
    }
    await this.#step.metrics();
    return mean;
  }

  async #run(sample: Sample, batch: Uint32Array, index: number, source: TokenSource): Promise<void> {
    const { sequences, batchSize, historyLimit } = this.options;
    // The step number keys the dropout masks: batch b has the same ones for every tokenizer.
    this.#step.stepCount = index;
    const rows = Math.min(batchSize, ROW_STEP * Math.ceil(batch.length / ROW_STEP));
    await this.#step.run(trainingBatch(sequences, sample.examples, batch, rows, historyLimit, source));
  }

  #directions(): number {
    const { directions, sources, model } = this.options;
    return Math.min(directions ?? directionsHeld(model.variables, sources.length), sources.length);
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }
}

function sampleOf(
  examples: Examples,
  wanted: number,
  stream: number,
  options: Pick<InfluenceOptions, 'seed' | 'batchSize' | 'historyLimit'>,
): Sample {
  const total = examples.users.length;
  if (total === 0)
    throw new ConfigError(
      'mtgrec/samples',
      'influence: the data has no example to take gradients of; open other data.',
    );
  const order = Uint32Array.from({ length: total }, (_, example) => example);
  if (wanted > 0 && wanted < total) shuffleInPlace(order, uniformGenerator(mixSeed(options.seed, stream)));
  const chosen = wanted > 0 ? order.slice(0, Math.min(wanted, total)) : order;
  const { historyLimit, batchSize } = options;
  const lengths = historyLengths(examples, historyLimit);
  const sorted = chosen.sort((a, b) => (lengths[a] as number) - (lengths[b] as number) || a - b);
  const padded = Array.from(sorted, (example) => paddedLength(lengths[example] as number, historyLimit));
  return { examples, batches: cheapBatches(sorted, padded, batchSize), count: sorted.length };
}
