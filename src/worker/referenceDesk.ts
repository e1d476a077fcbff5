/** Counting recommenders as columns of the Demo: their counts are made when one is first asked for, and kept while the data are. */
import type { Dataset } from '../data/dataset';
import { wholeSequences } from '../data/wholeSequences';
import { rankOfTarget } from '../evaluate/metrics';
import { REFERENCE_NAMES, type ReferenceKey, referenceScorer } from '../evaluate/referencePoints';
import { taskOf } from './demoAnswers';
import type { DemoRequest, ReferenceReply } from './protocol/demo';
import type { ItemCard } from './protocol/items';

/** Latest items of a history that the page shows beside a counting recommender; it reads the last 20. */
const HISTORY_LIMIT = 20;

export class ReferenceDesk {
  #hash = '';
  readonly #scorers = new Map<ReferenceKey, (history: Uint32Array) => Float64Array>();

  /** @throws ConfigError `demo/empty` */
  async top(
    request: Extract<DemoRequest, { kind: 'referenceTop' }>,
    { dataset, card }: { readonly dataset: Dataset; readonly card: (item: number) => Promise<ItemCard> },
  ): Promise<ReferenceReply> {
    const { system, count } = request;
    const { history, target } = taskOf(dataset, request, HISTORY_LIMIT);
    const scores = (await this.#scorer(dataset, system))(Uint32Array.from(history));
    const order = Uint32Array.from(scores, (_, item) => item)
      .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
      .subarray(0, count);
    const cards = await Promise.all(Array.from(order, card));
    return {
      system,
      name: REFERENCE_NAMES[system],
      top: cards.map((one) => ({ card: one, score: scores[one.item] ?? 0, isTarget: one.item === target })),
      targetRank: target === null ? null : rankOfTarget(scores, target),
    };
  }

  async #scorer(dataset: Dataset, system: ReferenceKey): Promise<(history: Uint32Array) => Float64Array> {
    if (this.#hash !== dataset.contentHash) this.#scorers.clear();
    this.#hash = dataset.contentHash;
    const known = this.#scorers.get(system);
    const scorer = known ?? referenceScorer(await wholeSequences(dataset), dataset.itemCount, system);
    this.#scorers.set(system, scorer);
    return scorer;
  }
}
