/**
 * Other trained runs on the same data, beside the one that the Demo shows: T5s by beam search, next-item models by all scores.
 * A run that transfers knows one domain only; its items are found by their ids.
 */
import { ConfigError, UnsupportedError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { rankOfTarget } from '../evaluate/metrics';
import { NextItemScorer } from '../recommenders/nextItem/scorer';
import { type AnyConfig, isNextItem, systemName } from '../train/anyConfig';
import { openNextItem } from '../train/nextItemJob';
import { type AnswerView, ModelAnswers, taskOf } from './demoAnswers';
import { canScoreAll, type DemoModel } from './demoModel';
import { itemBridge } from './itemBridge';
import { digitsOf, type ItemCodes } from './itemCodes';
import { type DemoPorts, openDemo } from './openDemo';
import type { BesideReply, DemoRequest, ModelRequest } from './protocol/demo';
import type { ItemCard } from './protocol/items';

/** Open at once: each takes a model's memory on the GPU. */
const MOST_OPEN = 3;

export interface BesideModel {
  readonly name: string;
  readonly system: string;
  readonly backend: 'webgpu' | 'wasm';
  readonly historyLimit: number;
  /** Whose items it knows: those of the open data, or of the domain that it was transferred to. */
  readonly dataset: Dataset;
  /** What it generates identifiers with; null for models of item ids. */
  readonly search: DemoModel | null;
  /** Best first. */
  top(history: readonly number[]): Promise<{ readonly items: readonly number[]; readonly scores: readonly number[] }>;
  /** Place of an item among all, pessimistic among equals; null where they are too many to score. */
  rankOf(history: readonly number[], item: number): Promise<number | null>;
  /** The model's own identifier of an item; null for models of item ids. */
  codesOf(item: number): readonly number[] | null;
  dispose(): Promise<void>;
}

export interface BesidePorts extends Omit<DemoPorts, 'config'> {
  readonly name: string;
  readonly config: AnyConfig;
}

/** Opens a run's model. @throws ConfigError `demo/untrained`; UnsupportedError `demo/gpu` for what needs WebGPU; those of checkpoints */
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
      dataset: ports.dataset,
      search: null,
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
  const opened = await openDemo({ ...ports, config });
  if (!opened) throw untrained(name);
  return { ...named, ...generative(opened.model, opened.items) };
}

const untrained = (name: string): ConfigError =>
  new ConfigError('demo/untrained', `recommend: ${name} has no trained recommender; train it first.`);

const generative = (model: DemoModel, items: ItemCodes): Omit<BesideModel, 'name' | 'system'> => ({
  backend: model.backend,
  historyLimit: model.historyLimit,
  dataset: items.dataset,
  search: model,
  top: (history) => model.generate(history),
  async rankOf(history, item) {
    if (!canScoreAll(model)) return null;
    const all = Uint32Array.from({ length: items.dataset.itemCount }, (_, other) => other);
    return rankOfTarget(await model.score([history], all), item);
  },
  codesOf: (item) => digitsOf(items, item),
  dispose: () => model.dispose(),
});

interface OpenModel {
  readonly model: BesideModel;
  /** Null for a model without a search. */
  readonly answers: ModelAnswers | null;
}

type Open = (run: string) => Promise<BesideModel>;

export class BesideDesk {
  /** By run, the one asked last at the end. */
  readonly #open = new Map<string, OpenModel>();

  /** @param open opens a run's model where it is not open @throws as it does; ConfigError `demo/unknown-items` */
  async top(
    request: Extract<DemoRequest, { kind: 'besideTop' }>,
    open: Open,
    { dataset, card }: { readonly dataset: Dataset; readonly card: (item: number) => Promise<ItemCard> },
  ): Promise<BesideReply> {
    const { model } = await this.#model(request.run, open);
    const bridge = itemBridge(dataset, model.dataset);
    const { history, target } = taskOf(dataset, request, model.historyLimit);
    const known = history.flatMap((item) => bridge.toOther(item) ?? []);
    if (known.length === 0)
      throw new ConfigError(
        'demo/unknown-items',
        `recommend: ${model.name} knows none of the history’s items; it was trained on ${model.dataset.name}.`,
      );
    const started = performance.now();
    const { items, scores } = await model.top(known);
    const elapsedMs = performance.now() - started;
    const listed = items.flatMap((item, place) => {
      const shown = bridge.toShown(item);
      return shown === null ? [] : [{ item, shown, score: scores[place] ?? Number.NaN }];
    });
    const goal = target === null ? null : bridge.toOther(target);
    return {
      run: request.run,
      name: model.name,
      system: model.system,
      backend: model.backend,
      isLogProbability: model.search !== null,
      unknownItems: history.length - known.length,
      top: await Promise.all(
        listed.slice(0, request.count).map(async ({ item, shown, score }) => ({
          card: { ...(await card(shown)), codes: model.codesOf(item) },
          score,
          isTarget: shown === target,
        })),
      ),
      targetRank: goal === null ? null : await model.rankOf(known, goal),
      elapsedMs,
    };
  }

  /**
   * What another run's search answers, as the Demo's own does.
   * @throws as `open` does; UnsupportedError `demo/no-search` for models of item ids; ConfigError `run/data` for one that knows
   * other items; those of ModelAnswers
   */
  async answer(
    { run, request }: { readonly run: string; readonly request: ModelRequest },
    open: Open,
    view: AnswerView,
  ): Promise<unknown> {
    const { model, answers } = await this.#model(run, open);
    if (!answers)
      throw new UnsupportedError(
        'demo/no-search',
        `search: ${model.name} (${model.system}) scores items, it searches no codes; choose a run with a tokenizer.`,
      );
    if (model.dataset.contentHash !== view.dataset.contentHash)
      throw new ConfigError(
        'run/data',
        `search: ${model.name} knows the items of ${model.dataset.name}, not of ${view.dataset.name}; its list can stand beside, its search cannot.`,
      );
    const card = async (item: number): Promise<ItemCard> => ({
      ...(await view.card(item)),
      codes: model.codesOf(item),
    });
    return answers.answer(request, { ...view, card });
  }

  async #model(run: string, open: Open): Promise<OpenModel> {
    const known = this.#open.get(run);
    this.#open.delete(run);
    if (!known && this.#open.size >= MOST_OPEN) {
      const [oldest] = this.#open;
      if (oldest) {
        this.#open.delete(oldest[0]);
        await oldest[1].model.dispose();
      }
    }
    const opened = known ?? opening(await open(run));
    this.#open.set(run, opened);
    return opened;
  }

  /** Their device is gone: nothing can be disposed of. */
  lose(): void {
    this.#open.clear();
  }

  async close(): Promise<void> {
    const opened = [...this.#open.values()];
    this.#open.clear();
    for (const { model } of opened) await model.dispose();
  }
}

const opening = (model: BesideModel): OpenModel => ({
  model,
  answers: model.search && new ModelAnswers(model.search),
});
