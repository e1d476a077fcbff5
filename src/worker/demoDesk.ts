/** Keeps the Demo's model open between the page's questions and answers them. */
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { heldOutExamples, historyOf, targetOf } from '../data/splits';
import type { DemoModel } from './demoModel';
import type { DemoRequest, RecommendReply } from './protocol/demo';
import type { ItemCard } from './protocol/items';

/** What the model's items are on the page. */
export interface DemoView {
  readonly dataset: Dataset;
  readonly card: (item: number) => Promise<ItemCard>;
}

export class DemoDesk {
  #model: DemoModel | null = null;

  /** Takes the model; the one before must be closed. */
  take(model: DemoModel): void {
    this.#model = model;
  }

  /** @param open opens the model where there is none yet @throws as it does; ConfigError `demo/empty` */
  async answer(request: DemoRequest, open: () => Promise<DemoModel>, view: () => DemoView): Promise<unknown> {
    this.#model ??= await open();
    return recommend(this.#model, request, view());
  }

  /** Its device is gone: nothing can be disposed of. */
  lose(): void {
    this.#model = null;
  }

  async close(): Promise<void> {
    const model = this.#model;
    this.#model = null;
    await model?.dispose();
  }
}

async function recommend(
  model: DemoModel,
  { user, history: edited, count }: DemoRequest,
  { dataset, card }: DemoView,
): Promise<RecommendReply> {
  const [end = 0] = heldOutExamples(dataset.sequences, 'test', Uint32Array.of(user)).ends;
  const limit = model.historyLimit;
  const history = edited ? edited.slice(-limit) : [...historyOf(dataset.sequences, user, end, limit)];
  if (history.length === 0) throw new ConfigError('demo/empty', 'recommend: the history is empty; add an item.');
  const target = edited ? null : targetOf(dataset.sequences, user, end);
  const started = performance.now();
  const { items, scores } = await model.generate(history);
  const elapsedMs = performance.now() - started;
  const cards = await Promise.all(items.slice(0, count).map(card));
  return {
    user,
    history: await Promise.all(history.map(card)),
    target: target === null ? null : await card(target),
    elapsedMs,
    backend: model.backend,
    top: cards.map((top, rank) => ({
      card: top,
      logProbability: scores[rank] ?? Number.NaN,
      isTarget: top.item === target,
    })),
  };
}
