/** The items on the pages: the open data (or those of its domains that a transferring run works on) and their codes over time. */
import type { Dataset } from '../data/dataset';
import type { RunStore } from '../storage/runStore';
import type { RunSink } from '../train/runSink';
import { cardOf } from './catalogue';
import { CodeDesk } from './codeDesk';
import { digitsOf, type ItemCodes } from './itemCodes';
import type { ItemCard } from './protocol/items';
import type { Books, RestoredRun } from './restoredRuns';
import { storedSnapshots } from './storeSink';
import type { OpenData } from './workspace';

export class ShownItems {
  readonly codes = new CodeDesk();
  #shown: OpenData | null = null;
  #items: ItemCodes | null = null;

  /** @param opened the open data; throws where there is none */
  constructor(readonly opened: () => OpenData) {}

  get data(): OpenData {
    return this.#shown ?? this.opened();
  }

  /** Null before the tokenizer is done. */
  get items(): ItemCodes | null {
    return this.#items;
  }

  card(item: number): Promise<ItemCard> {
    return cardOf(this.data, this.#items && digitsOf(this.#items, item), item);
  }

  cards(items: readonly number[]): Promise<ItemCard[]> {
    return Promise.all(items.map((item) => this.card(item)));
  }

  /** Takes over the identifiers of a tokenizer or model. */
  take(items: ItemCodes): void {
    this.#items = items;
    this.show(items.dataset);
  }

  /** Takes over the identifiers that items have in the end. */
  settle(items: ItemCodes): void {
    this.take(items);
    this.codes.settle(items.codes);
  }

  /** Shows the open data or some of its domains. */
  show(dataset: Dataset): void {
    this.#shown = { ...this.opened(), dataset };
  }

  /** What a run left: its identifiers, and the use of codes over time from its snapshots. */
  async recall(
    { run, dataset, books, lastStep, items }: Omit<RestoredRun, 'tokenizer' | 'recommender'>,
    store: RunStore,
  ): Promise<void> {
    this.#items = items;
    this.show(dataset);
    this.codes.begin(dataset, books);
    for (const { step, codes } of await storedSnapshots(store, run)) this.codes.add(step, codes);
    if (!items) return;
    if (!this.codes.hasCodes) this.codes.add(lastStep, items.codes);
    this.codes.settle(items.codes);
  }

  /** A sink whose snapshots of the codes of `dataset`'s items are noted on their way. */
  watched(sink: RunSink, { dataset, books }: { dataset: Dataset; books: Books }, onCodes: () => void): RunSink {
    return {
      ...sink,
      saveSnapshot: async (step, levels, codes) => {
        if (this.data.dataset.contentHash !== dataset.contentHash) {
          this.#items = null;
          this.show(dataset);
          this.codes.begin(dataset, books);
        }
        this.codes.add(step, codes);
        onCodes();
        await sink.saveSnapshot(step, levels, codes);
      },
    };
  }

  clear(): void {
    this.#items = null;
    this.#shown = null;
    this.codes.clear();
  }
}
