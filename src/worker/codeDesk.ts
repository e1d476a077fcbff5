/** Keeps what a tokenizer's codes did over training time and answers the window's questions about them. */
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { type CodedItems, itemsWithPrefix, pathTree, prefixCircles } from '../evaluate/codePaths';
import { type CodeShape, CodeWallRecord } from '../evaluate/codeWall';
import type { CodeNeighbours, CodesReplies, CodesRequest, PrefixItems } from './protocol/codes';
import type { ItemCard } from './protocol/items';

type CardOf = (item: number, codes: readonly number[]) => ItemCard | Promise<ItemCard>;

export class CodeDesk {
  #record: CodeWallRecord | null = null;
  #coded: CodedItems | null = null;

  /** Forgets everything; the codes of `dataset`'s items come next, level by level from books of these sizes. */
  begin({ items, itemCount }: Dataset, books: Pick<CodeShape, 'entries' | 'books'>): void {
    const { domainOfItem, domainNames, titles } = items;
    this.#record = new CodeWallRecord({ ...books, domainOfItem, domainNames }, itemCount);
    this.#coded = { codes: new Uint16Array(), levels: books.entries.length, domainOfItem, domainNames, titles };
  }

  get hasCodes(): boolean {
    return this.#coded !== null && this.#coded.codes.length > 0;
  }

  /** Notes the codes [N, L] at a training step. @throws ShapeError `codes/snapshot` */
  add(step: number, codes: Uint16Array): void {
    this.#record?.add(step, codes);
    this.settle(codes);
  }

  /** Notes the codes that items have in the end, after conflicts were resolved. */
  settle(codes: Uint16Array): void {
    if (this.#coded) this.#coded = { ...this.#coded, codes: codes.slice() };
  }

  clear(): void {
    this.#record = null;
    this.#coded = null;
  }

  /** @throws ConfigError `codes/none` for items before the first snapshot */
  async answer(request: CodesRequest, card: CardOf): Promise<CodesReplies[CodesRequest['kind']]> {
    switch (request.kind) {
      case 'codeWall':
        return this.#record?.wall() ?? null;
      case 'codePaths':
        return this.#coded && this.#coded.codes.length > 0
          ? pathTree(this.#coded, request.prefix, new Set(request.picked))
          : null;
      case 'prefixItems':
        return this.#items(request, card);
      case 'codeNeighbours':
        return this.#neighbours(request, card);
    }
  }

  async #items(
    { prefix, offset, limit }: Extract<CodesRequest, { kind: 'prefixItems' }>,
    card: CardOf,
  ): Promise<PrefixItems> {
    const coded = this.#codedItems();
    const all = itemsWithPrefix(coded, prefix);
    return { total: all.length, cards: await cardsOf(coded, all.slice(offset, offset + limit), card) };
  }

  async #neighbours(
    { item, limit }: Extract<CodesRequest, { kind: 'codeNeighbours' }>,
    card: CardOf,
  ): Promise<CodeNeighbours> {
    const coded = this.#codedItems();
    const circles = prefixCircles(coded, item).map(async ({ shared, items }) => ({
      shared,
      total: items.length,
      cards: await cardsOf(coded, items.slice(0, limit), card),
    }));
    return { card: await card(item, codesOf(coded, item)), circles: await Promise.all(circles) };
  }

  #codedItems(): CodedItems {
    if (!this.#coded || this.#coded.codes.length === 0)
      throw new ConfigError('codes/none', 'items by code: there are no codes yet; train a tokenizer first.');
    return this.#coded;
  }
}

const codesOf = ({ codes, levels }: CodedItems, item: number): number[] => [
  ...codes.subarray(item * levels, (item + 1) * levels),
];

const cardsOf = (coded: CodedItems, items: readonly number[], card: CardOf): Promise<ItemCard[]> =>
  Promise.all(items.map((item) => card(item, codesOf(coded, item))));
