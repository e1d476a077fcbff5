/** What a trained model answers to the Demo: recommendations, the search behind them, exact ranks, leave-one-out differences. */
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { heldOutExamples, historyOf, targetOf } from '../data/splits';
import type { InspectedSearch } from '../decode/openedSearch';
import { type BeamStub, beamTree, prunedOf } from '../evaluate/beamTree';
import { rankOfTarget } from '../evaluate/metrics';
import { canScoreAll, type DemoModel } from './demoModel';
import type {
  BeamItems,
  BeamReply,
  ModelRequest,
  Question,
  RecommendReply,
  SearchSettings,
  TargetRank,
  WhyReply,
} from './protocol/demo';
import type { ItemCard } from './protocol/items';

export interface AnswerView {
  readonly dataset: Dataset;
  readonly card: (item: number) => Promise<ItemCard>;
  /** Training interactions of every item [N]. */
  readonly popularity: Uint32Array;
}

/** Pruned children told of a step; all of them can be asked for. */
const STUBS_PER_STEP = 24;
const MOST_BEAMS = 50;

/** A question's history as the model reads it, and the true next item of an unedited one. */
export function taskOf(
  { sequences }: Pick<Dataset, 'sequences'>,
  { user, history: edited }: Question,
  limit: number,
): { readonly history: number[]; readonly target: number | null } {
  const [end = 0] = heldOutExamples(sequences, 'test', Uint32Array.of(user)).ends;
  const history = edited ? edited.slice(-limit) : [...historyOf(sequences, user, end, limit)];
  if (history.length === 0) throw new ConfigError('demo/empty', 'recommend: the history is empty; add an item.');
  return { history, target: edited ? null : targetOf(sequences, user, end) };
}

export class ModelAnswers {
  #search: InspectedSearch | null = null;

  /** Borrows the model. */
  constructor(readonly model: DemoModel) {}

  /** @throws ConfigError `demo/empty`, `demo/search`, `demo/knobs`, `decode/beams` */
  async answer(request: ModelRequest, view: AnswerView): Promise<unknown> {
    switch (request.kind) {
      case 'recommend':
        return this.#recommend(request, request.count, view);
      case 'beam':
        return this.#beam(request, request.settings, view);
      case 'beamBranches':
        return this.#branches(request.step, request.parent);
      case 'beamItems':
        return this.#items(request, view);
      case 'targetRank':
        return this.#targetRank(request.user, view);
      case 'why':
        return this.#why(request, request.item, view);
    }
  }

  async #recommend(question: Question, count: number, { dataset, card }: AnswerView): Promise<RecommendReply> {
    const { history, target } = taskOf(dataset, question, this.model.historyLimit);
    const started = performance.now();
    const { items, scores } = await this.model.generate(history);
    const elapsedMs = performance.now() - started;
    const cards = await Promise.all(items.slice(0, count).map(card));
    return {
      user: question.user,
      history: await Promise.all(history.map(card)),
      target: target === null ? null : await card(target),
      elapsedMs,
      backend: this.model.backend,
      top: cards.map((top, rank) => ({
        card: top,
        logProbability: scores[rank] ?? Number.NaN,
        isTarget: top.item === target,
      })),
    };
  }

  async #beam(question: Question, settings: SearchSettings, view: AnswerView): Promise<BeamReply> {
    const { beamWidth } = settings;
    if (!Number.isInteger(beamWidth) || beamWidth < 1 || beamWidth > MOST_BEAMS)
      throw new ConfigError('decode/beams', `beam search: wanted a width from 1 to ${MOST_BEAMS}, got ${beamWidth}.`);
    const { dataset, popularity } = view;
    const { history, target } = taskOf(dataset, question, this.model.historyLimit);
    const started = performance.now();
    const search = await this.model.inspect(history, settings);
    const elapsedMs = performance.now() - started;
    this.#search = search;
    const tree = beamTree(search.steps, target === null ? null : this.#tokensOf(target), STUBS_PER_STEP);
    const { titles, domainOfItem, domainNames } = dataset.items;
    return {
      settings,
      items: dataset.itemCount,
      tree,
      leaves: search.results.map(({ item, logProbability, score }) => ({
        item,
        title: titles[item] || (dataset.items.ids[item] ?? ''),
        domain: domainOfItem ? (domainNames[domainOfItem[item] ?? 0] ?? null) : null,
        popularity: popularity[item] ?? 0,
        logProbability,
        score,
      })),
      firstTokens: await this.#firstTokens(view),
      elapsedMs,
    };
  }

  #branches(step: number, parent: number): readonly BeamStub[] {
    const opened = this.#search?.steps[step];
    if (!opened) throw new ConfigError('demo/search', 'pruned branches: there is no such step; run the search again.');
    return prunedOf(opened, parent);
  }

  async #items(
    { prefix, offset, limit }: Extract<ModelRequest, { kind: 'beamItems' }>,
    { dataset, card, popularity }: AnswerView,
  ): Promise<BeamItems> {
    const { vocabulary, tokens } = this.model.source;
    const found: number[] = [];
    for (let item = 0; item < dataset.itemCount; item++)
      if (prefix.every((token, digit) => tokens[item * vocabulary.digits + digit] === token)) found.push(item);
    found.sort((a, b) => (popularity[b] ?? 0) - (popularity[a] ?? 0) || a - b);
    const page = found.slice(offset, offset + limit);
    const cards = await Promise.all(page.map(card));
    return {
      total: found.length,
      entries: cards.map((one) => ({ card: one, popularity: popularity[one.item] ?? 0 })),
    };
  }

  async #targetRank(user: number, { dataset }: AnswerView): Promise<TargetRank> {
    const { itemCount } = dataset;
    const { history, target } = taskOf(dataset, { user, history: null }, this.model.historyLimit);
    if (target === null || !canScoreAll(this.model)) return { rank: null, items: itemCount, logProbability: null };
    const all = Uint32Array.from({ length: itemCount }, (_, item) => item);
    const scores = await this.model.score([history], all);
    return { rank: rankOfTarget(scores, target), items: itemCount, logProbability: scores[target] ?? null };
  }

  async #why(question: Question, item: number, { dataset }: AnswerView): Promise<WhyReply> {
    const { history } = taskOf(dataset, question, this.model.historyLimit);
    const started = performance.now();
    const shorter = history.length > 1 ? history.map((_, at) => history.toSpliced(at, 1)) : [];
    const [whole = Number.NaN, ...rest] = await this.model.score([history, ...shorter], [item]);
    return {
      item,
      logProbability: whole,
      without: history.map((_, at) => rest[at] ?? null),
      elapsedMs: performance.now() - started,
    };
  }

  #tokensOf(item: number): number[] {
    const { vocabulary, tokens } = this.model.source;
    return [...tokens.subarray(item * vocabulary.digits, (item + 1) * vocabulary.digits)];
  }

  /** Tokens are the model's business; the page shows codes. Those of a digit follow each other, so one item tells the first. */
  async #firstTokens({ card }: AnswerView): Promise<readonly number[]> {
    const codes = (await card(0)).codes ?? [];
    return this.#tokensOf(0).map((token, digit) => token - (codes[digit] ?? 0));
  }
}
