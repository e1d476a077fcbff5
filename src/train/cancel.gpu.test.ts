// A training that is stopped: it ends with the step at work, gives back what it took, and leaves whole files to go on from.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import preset from '../../models/t5/test.json';
import { CancelledError } from '../base/errors';
import { uniformGenerator } from '../base/random';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { numberIn, readCheckpoint, writeCheckpoint } from './checkpoint';
import { checkRunConfig } from './config';
import type { JobContext } from './context';
import { makeIdentifiers } from './identifiers';
import { embeddingsOrigin } from './itemVectors';
import { JobControl } from './jobControl';
import { trainRecommender } from './recommenderJob';
import { memorySink } from './runSink';
import { trainTokenizer } from './tokenizerJob';
import { walkers } from './walkers.fixture';

const ITEMS = 48;
const dataset = walkers(40, ITEMS);
const config = checkRunConfig(
  {
    ...preset,
    encoder: { ...preset.encoder, components: 8 },
    tokenizer: {
      ...preset.tokenizer,
      hiddenWidths: [16],
      latentWidth: 8,
      levels: 2,
      codes: 8,
      epochs: 4,
      batchSize: 4,
    },
    recommender: {
      ...preset.recommender,
      width: 16,
      headWidth: 4,
      feedForwardWidth: 16,
      epochs: 3,
      batchSize: 16,
      validateEvery: 3,
      validationUsers: 20,
    },
  },
  'test',
);

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});

/** A run whose item vectors are there already; `tickMs` goes by whenever the clock is read. */
async function host(sink: ReturnType<typeof memorySink>, tickMs: number): Promise<JobContext> {
  const uniform = uniformGenerator(9);
  const vectors = Float32Array.from({ length: ITEMS * config.encoder.components }, () => 2 * uniform() - 1);
  await sink.saveCheckpoint(
    'embeddings',
    writeCheckpoint(
      { ...embeddingsOrigin(config, dataset.contentHash), adapter: 'test' },
      new Map([['vectors/whitened', vectors]]),
      { components: config.encoder.components },
    ),
  );
  let clock = 0;
  return {
    engine,
    dataset,
    config,
    sink,
    control: new JobControl(),
    now: () => {
      clock += tickMs;
      return clock;
    },
    readEncoderFile: () => Promise.reject(new Error('no text is encoded in this test')),
    hooks: {
      progress: () => {},
      rows: () => {},
      codebook: () => {},
      evaluation: () => {},
      drift: () => {},
      curriculum: () => {},
    },
  };
}

/** Stops the job with the device's `wanted`-th submit from now. @returns submits since then, asked for later */
function stopAtSubmit(context: JobContext, wanted: number): () => number {
  const { counters } = engine.device;
  let count = counters.submits;
  const at = count + wanted;
  Object.defineProperty(counters, 'submits', {
    configurable: true,
    get: () => count,
    set(next: number) {
      count = next;
      if (count === at) context.control.stop();
    },
  });
  return () => count - at;
}

describe('a tokenizer that is stopped', () => {
  it('within a long epoch submits no further step, frees its memory, and goes on from its last checkpoint to the same bits', async () => {
    const whole = memorySink();
    await trainTokenizer(await host(whole, 1));

    const sink = memorySink();
    // Every reading of the clock is 20 s later: epochs are long, and each ends with a checkpoint.
    const stopped = await host(sink, 20_000);
    const live = engine.device.counters.bytesLive;
    let since = (): number => Number.NaN;
    const context: JobContext = {
      ...stopped,
      sink: {
        ...sink,
        async saveCheckpoint(role, file) {
          await sink.saveCheckpoint(role, file);
          // Of the twelve steps of the second epoch.
          if (role === 'tokenizer') since = stopAtSubmit(stopped, 5);
        },
      },
    };
    await expect(trainTokenizer(context)).rejects.toBeInstanceOf(CancelledError);
    // The step that was being made ready may still go out.
    expect(since()).toBeLessThanOrEqual(1);
    expect(engine.device.counters.bytesLive).toBe(live);

    const kept = readCheckpoint(sink.files.get('tokenizer') ?? new Uint8Array(), 'tokenizer');
    expect(numberIn(kept, 'epoch', 'tokenizer')).toBe(1);
    await trainTokenizer(await host(sink, 1));
    expect(sink.files.get('tokenizer')).toEqual(whole.files.get('tokenizer'));
    expect(sink.rows.map(({ step }) => step)).toEqual(whole.rows.map(({ step }) => step));
  });
});

describe('a recommender that is stopped', () => {
  it('does at most one further step, frees its memory, and goes on from there to the same bits', async () => {
    const digits = Uint16Array.from(
      { length: ITEMS * 3 },
      (_, at) => [Math.floor(at / 3 / 8), Math.floor(at / 3) % 8, 1][at % 3] ?? 0,
    );
    const identifiers = await makeIdentifiers(2, 8, digits);
    const whole = memorySink();
    await (await trainRecommender(await host(whole, 1), identifiers)).dispose();

    const sink = memorySink();
    const stopped = await host(sink, 1000);
    let done = 0;
    const context: JobContext = {
      ...stopped,
      hooks: {
        ...stopped.hooks,
        progress: (progress) => {
          done = progress.done;
          // Within the next step, wherever it is then.
          if (done === 4) setImmediate(() => stopped.control.stop());
        },
      },
    };
    const live = engine.device.counters.bytesLive;
    await expect(trainRecommender(context, identifiers)).rejects.toBeInstanceOf(CancelledError);
    expect(done).toBeLessThanOrEqual(5);
    expect(engine.device.counters.bytesLive).toBe(live);

    const kept = readCheckpoint(sink.files.get('recommender') ?? new Uint8Array(), 'recommender');
    expect(numberIn(kept, 'step', 'recommender')).toBe(done);
    expect(Math.max(...sink.rows.map(({ step }) => step))).toBeLessThanOrEqual(done);
    await (await trainRecommender(await host(sink, 1), identifiers)).dispose();
    const arraysOf = (file: Uint8Array | undefined) => readCheckpoint(file ?? new Uint8Array(), 'test').arrays;
    expect(arraysOf(sink.files.get('recommender'))).toEqual(arraysOf(whole.files.get('recommender')));
  });
});
