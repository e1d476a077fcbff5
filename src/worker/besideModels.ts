/** Other trained runs on the same data, beside the one that the Demo shows: T5s by beam search, next-item models by all scores. */
import { ConfigError, UnsupportedError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { rankOfTarget } from '../evaluate/metrics';
import type { Engine } from '../plan/engine';
import { NextItemScorer } from '../recommenders/nextItem/scorer';
import { type AnyConfig, isNextItem, isResidual, systemName } from '../train/anyConfig';
import type { JobHost } from '../train/context';
import { openNextItem } from '../train/nextItemJob';
import type { RunSink } from '../train/runSink';
import { taskOf } from './demoAnswers';
import { canScoreAll, type DemoModel } from './demoModel';
import { digitsOf, type ItemCodes } from './itemCodes';
import { openDemo } from './openDemo';
import type { BesideReply, DemoRequest } from './protocol/demo';
import type { ItemCard } from './protocol/items';

/** Open at once: each takes a model's memory on the GPU. */
const MOST_OPEN = 3;

export interface BesideModel {
  readonly name: string;
  readonly system: string;
  readonly backend: 'webgpu' | 'wasm';
  readonly historyLimit: number;
  /** Best first. */
  top(history: readonly number[]): Promise<{ readonly items: readonly number[]; readonly scores: readonly number[] }>;
  /** Place of an item among all, pessimistic among equals; null where they are too many to score. */
  rankOf(history: readonly number[], item: number): Promise<number | null>;
  /** The model's own identifier of an item; null for models of item ids. */
  codesOf(item: number): readonly number[] | null;
  dispose(): Promise<void>;
}

export interface BesidePorts {
  readonly name: string;
  readonly config: AnyConfig;
  readonly dataset: Dataset;
  /** Null without WebGPU. */
  readonly engine: Engine | null;
  readonly sink: RunSink;
  readonly host: (engine: Engine) => JobHost;
}

/**
 * Opens a run's model. @throws ConfigError `demo/untrained`; UnsupportedError `demo/gpu` for what needs WebGPU, `demo/beside`
 * for UTGRec, and those of checkpoints
 */
export async function openBeside(ports: BesidePorts): Promise<BesideModel> {
  const { name, config, engine } = ports;
  const named = { name, system: systemName(config) };
  if (isNextItem(config)) {
    if (!engine)
      throw new UnsupportedError('demo/gpu', `recommend: ${name} (${named.system}) needs WebGPU; leave it out here.`);
    const trainer = await openNextItem({ ...ports.host(engine), config });
    if (!trainer) throw untrained(name);
    const scorer = new NextItemScorer(engine, trainer);
    const scoresOf = async (history: readonly number[]): Promise<Float32Array> => {
      let scores = new Float32Array();
      await scorer.scoreAll([history], (_, row) => {
        scores = row.slice();
      });
      return scores;
    };
    return {
      ...named,
      backend: 'webgpu',
      historyLimit: config.recommender.historyLimit,
      async top(history) {
        const scores = await scoresOf(history);
        const order = Uint32Array.from(scores, (_, item) => item).sort(
          (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b,
        );
        return {
          items: [...order.subarray(0, 50)],
          scores: Array.from(order.subarray(0, 50), (item) => scores[item] ?? 0),
        };
      },
      rankOf: async (history, item) => rankOfTarget(await scoresOf(history), item),
      codesOf: () => null,
      async dispose() {
        await scorer.dispose();
        await trainer.dispose();
      },
    };
  }
  if (!isResidual(config))
    throw new UnsupportedError(
      'demo/beside',
      `recommend: ${name} is a run of UTGRec, which cannot stand beside another yet; show it as the Demo’s own run.`,
    );
  const opened = await openDemo({
    ...ports,
    config,
    utgrecHost: () => Promise.reject(new UnsupportedError('demo/beside', 'recommend: UTGRec stands alone.')),
  });
  if (!opened) throw untrained(name);
  return { ...named, ...generative(opened.model, opened.items) };
}

const untrained = (name: string): ConfigError =>
  new ConfigError('demo/untrained', `recommend: ${name} has no trained recommender; train it first.`);

const generative = (model: DemoModel, items: ItemCodes): Omit<BesideModel, 'name' | 'system'> => ({
  backend: model.backend,
  historyLimit: model.historyLimit,
  top: (history) => model.generate(history),
  async rankOf(history, item) {
    if (!canScoreAll(model)) return null;
    const all = Uint32Array.from({ length: items.dataset.itemCount }, (_, other) => other);
    return rankOfTarget(await model.score([history], all), item);
  },
  codesOf: (item) => digitsOf(items, item),
  dispose: () => model.dispose(),
});

export class BesideDesk {
  /** By run, the one asked last at the end. */
  readonly #open = new Map<string, BesideModel>();

  /** @param open opens a run's model where it is not open @throws as it does */
  async top(
    request: Extract<DemoRequest, { kind: 'besideTop' }>,
    open: (run: string) => Promise<BesideModel>,
    { dataset, card }: { readonly dataset: Dataset; readonly card: (item: number) => Promise<ItemCard> },
  ): Promise<BesideReply> {
    const model = await this.#model(request.run, open);
    const { history, target } = taskOf(dataset, request, model.historyLimit);
    const started = performance.now();
    const { items, scores } = await model.top(history);
    const elapsedMs = performance.now() - started;
    const cards = await Promise.all(items.slice(0, request.count).map(card));
    return {
      run: request.run,
      name: model.name,
      system: model.system,
      backend: model.backend,
      isLogProbability: model.codesOf(0) !== null,
      top: cards.map((one, place) => ({
        card: { ...one, codes: model.codesOf(one.item) },
        score: scores[place] ?? Number.NaN,
        isTarget: one.item === target,
      })),
      targetRank: target === null ? null : await model.rankOf(history, target),
      elapsedMs,
    };
  }

  async #model(run: string, open: (run: string) => Promise<BesideModel>): Promise<BesideModel> {
    const known = this.#open.get(run);
    this.#open.delete(run);
    if (!known && this.#open.size >= MOST_OPEN) {
      const [oldest] = this.#open;
      if (oldest) {
        this.#open.delete(oldest[0]);
        await oldest[1].dispose();
      }
    }
    const model = known ?? (await open(run));
    this.#open.set(run, model);
    return model;
  }

  /** Their device is gone: nothing can be disposed of. */
  lose(): void {
    this.#open.clear();
  }

  async close(): Promise<void> {
    const models = [...this.#open.values()];
    this.#open.clear();
    for (const model of models) await model.dispose();
  }
}
