/** Item text → frozen sentence embedding → PCA-whitened vectors (mtgrec.md §1.2–1.3), kept with the run. */
import { ConfigError } from '../base/errors';
import { itemTexts } from '../data/itemText';
import type { SentenceEncoder } from '../encoders/sentenceEncoder';
import { createTransformersEncoder } from '../encoders/transformersEncoder';
import { createUseLiteEncoder } from '../encoders/useLite';
import { loadUseLiteTokenizer, loadUseLiteWeights } from '../encoders/useLiteWeights';
import { applyWhitening, fitWhitening } from '../encoders/whitening';
import { type Checkpoint, floatsIn, readCheckpoint, requireSameOrigin, writeCheckpoint } from './checkpoint';
import type { RunConfig } from './config';
import { adapterFingerprint, type JobContext, type JobHost } from './context';
import { ProgressMeter } from './jobControl';

/** What the vectors' checkpoint says it was made from. */
export const embeddingsOrigin = (config: RunConfig, dataHash: string) => ({
  kind: 'embeddings' as const,
  config: JSON.stringify(config.encoder),
  dataHash,
});

/**
 * Whitened vectors [N, components] of all items; from the run's store if it has them.
 * @throws CancelledError, FormatError for vectors that are not finite, ConfigError for more components than items
 */
export async function itemVectors(context: JobContext): Promise<Float32Array<ArrayBuffer>> {
  const { dataset, config, sink } = context;
  const { components } = config.encoder;
  if (components >= dataset.itemCount)
    throw new ConfigError(
      'config/field',
      `configuration: field "encoder.components" wants fewer than the ${dataset.itemCount} items, got ${components}.`,
    );
  const origin = embeddingsOrigin(config, dataset.contentHash);
  const file = await sink.loadCheckpoint('embeddings');
  if (file) {
    const checkpoint = readCheckpoint(file, 'embeddings');
    requireSameOrigin(checkpoint.identity, origin, 'embeddings');
    const vectors = vectorsOf(checkpoint);
    if (vectors.length === dataset.itemCount * components) return vectors;
  }
  const raw = await embed(context, config.encoder);
  const whitening = fitWhitening(raw.values, dataset.itemCount, raw.width, components);
  const vectors = applyWhitening(whitening, raw.values, dataset.itemCount);
  await sink.saveCheckpoint(
    'embeddings',
    writeCheckpoint({ ...origin, adapter: adapterFingerprint(context) }, new Map([['vectors/whitened', vectors]]), {
      components,
    }),
  );
  return vectors;
}

function vectorsOf(checkpoint: Checkpoint): Float32Array<ArrayBuffer> {
  return floatsIn(checkpoint, 'vectors').get('whitened') ?? new Float32Array();
}

/** Texts read from a workspace at a time; those of a data set in memory go in one run. */
const STORED_TEXTS_PER_RUN = 4096;

/**
 * Sentence vectors as the encoder gives them, [N, width] with mean square 1 over all values, for models that project them
 * themselves and must read other catalogues the same way; from the run's store if it has them.
 * @throws CancelledError, FormatError for vectors that are not finite
 */
export async function plainItemVectors(
  host: JobHost,
  encoder: JobContext['config']['encoder'],
): Promise<{ values: Float32Array<ArrayBuffer>; width: number }> {
  const { dataset, sink } = host;
  const origin = {
    kind: 'embeddings' as const,
    config: JSON.stringify({ ...encoder, isPlain: true }),
    dataHash: dataset.contentHash,
  };
  const file = await sink.loadCheckpoint('embeddings');
  if (file) {
    const checkpoint = readCheckpoint(file, 'embeddings');
    requireSameOrigin(checkpoint.identity, origin, 'embeddings');
    const values = floatsIn(checkpoint, 'vectors').get('plain') ?? new Float32Array();
    return { values, width: values.length / dataset.itemCount };
  }
  const { values, width } = await embed(host, encoder);
  // Unit vectors have values of 1/√width; a learned projection wants values of order 1.
  const scale = Math.sqrt(width);
  for (let at = 0; at < values.length; at++) values[at] = (values[at] as number) * scale;
  await sink.saveCheckpoint(
    'embeddings',
    writeCheckpoint({ ...origin, adapter: adapterFingerprint(host) }, new Map([['vectors/plain', values]]), {}),
  );
  return { values, width };
}

async function embed(
  context: JobHost,
  config: JobContext['config']['encoder'],
): Promise<{ values: Float32Array<ArrayBuffer>; width: number }> {
  const { control, dataset, hooks, now } = context;
  const { itemCount } = dataset;
  const meter = new ProgressMeter(now, hooks.progress, control, {
    stage: 'embedding',
    total: itemCount,
    unit: 'items',
    epochs: 0,
  });
  meter.update(0, 0);
  const encoder = await openEncoder(context, config);
  try {
    const values = new Float32Array(itemCount * encoder.width);
    const perRun = dataset.stored ? STORED_TEXTS_PER_RUN : itemCount;
    for (let from = 0; from < itemCount; from += perRun) {
      const texts = await itemTexts(dataset, from, Math.min(itemCount, from + perRun));
      const part = await encoder.encode(texts, (done) => meter.update(from + done, 0), control.signal);
      values.set(part, from * encoder.width);
    }
    return { values, width: encoder.width };
  } finally {
    encoder.dispose();
  }
}

async function openEncoder(context: JobHost, config: JobContext['config']['encoder']): Promise<SentenceEncoder> {
  if (config.kind === 'transformers') return createTransformersEncoder(config.model ? { model: config.model } : {});
  const read = context.readEncoderFile;
  const [weights, tokenizer] = [await loadUseLiteWeights(read), await loadUseLiteTokenizer(read)];
  return createUseLiteEncoder(context.engine, weights, tokenizer, config.maxPieces);
}
