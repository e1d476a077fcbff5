/**
 * Answers the page of codebooks from what the store has of the current tokenizer. What costs (vectors, neighbours in other
 * domains) is kept until the codes change; nothing is computed before the page asks.
 */
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { principalPlane } from '../encoders/principalPlane';
import {
  type CrossNeighbours,
  crossDomainNeighbours,
  evenlySpaced,
  neighbourSharing,
  type SharedCode,
  sharedCodes,
} from '../evaluate/codeSharing';
import { collisionReport, sharedIdentifiers } from '../evaluate/collisions';
import { residualStaircases } from '../evaluate/residualStaircase';
import { type LevelMargin, splitPlace } from '../evaluate/splitLevels';
import type { RunStore } from '../storage/runStore';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import { resolutionOf } from '../train/utgrecTokenizerFile';
import { besidePaths, codesOf, pathItems } from './besideCodes';
import { type CodebookFacts, codebookFacts, snapshotAt, snapshotSteps } from './codebookFacts';
import type {
  BucketItem,
  CodebooksReplies,
  CodebooksRequest,
  CodeItemsReply,
  CollisionBucketReply,
  CollisionsReply,
  ItemMapReply,
  NeighbourSharingReply,
  SharedCodesReply,
  StaircaseReply,
} from './protocol/codebooks';
import type { ItemCard } from './protocol/items';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

/** Multiplications for neighbours in other domains: about two seconds of one processor core. */
const NEIGHBOUR_BUDGET = 2e9;
/** Items of a domain that are encoded on the processor for the staircase. */
const MOST_ENCODED = 400;
const ENCODED_A_BREATH = 32;
/** Items shown of each domain beside a shared code. */
const TOP_ITEMS = 4;

/** Where the answers come from. */
export interface CodebookSource {
  readonly store: RunStore;
  /** Null before the first training. */
  readonly config: SystemConfig | null;
  readonly dataset: Dataset;
  card(item: number): Promise<ItemCard>;
}

interface KnownFacts {
  readonly key: string;
  readonly facts: Promise<CodebookFacts | null>;
}

export class CodebookDesk {
  #known: KnownFacts | null = null;
  /** Of the run beside. */
  #other: KnownFacts | null = null;
  /** Of the vectors, which stay while the tokenizer trains. */
  #neighbours: { readonly key: string; readonly found: Promise<CrossNeighbours> } | null = null;

  /**
   * @param beside where the answers about another run come from
   * @throws ConfigError `codes/none` for items before the first snapshot; FormatError, ConfigError for files of another run
   */
  async answer(
    request: CodebooksRequest,
    source: CodebookSource,
    beside: (run: string) => Promise<CodebookSource>,
  ): Promise<CodebooksReplies[CodebooksRequest['kind']]> {
    if (request.kind === 'itemCards') return Promise.all(request.items.map((item) => source.card(item)));
    const facts = await this.#facts(source);
    switch (request.kind) {
      case 'collisions':
        return facts && collisionsOf(facts);
      case 'itemMap':
        return facts && itemMapOf(facts);
      case 'residualStaircase':
        return facts && staircaseOf(facts);
      case 'neighbourSharing':
        return facts && this.#neighbourSharing(facts, source, request.steps);
      case 'collisionBucket':
        return bucketOf(required(facts), request, source);
      case 'sharedCodes':
        return sharedCodesOf(required(facts), request, source);
      case 'besidePaths': {
        const other = await this.#otherFacts(request.run, await beside(request.run));
        return other && besidePaths(required(facts), other, request);
      }
      case 'pathItems': {
        const { run, prefix } = request;
        return pathItems(required(run === null ? facts : await this.#otherFacts(run, await beside(run))), prefix);
      }
      case 'codesOf': {
        const { run, item } = request;
        const of = run === null ? facts : await this.#otherFacts(run, await beside(run));
        return of && codesOf(of, item);
      }
      case 'codeItems':
        return codeItemsOf(required(facts), request, source);
    }
  }

  clear(): void {
    this.#known = null;
    this.#other = null;
    this.#neighbours = null;
  }

  async #otherFacts(run: string, { store, config, dataset }: CodebookSource): Promise<CodebookFacts | null> {
    if (!config) return null;
    const key = `${run}\n${await stateKey(store, config, dataset)}`;
    if (this.#other?.key !== key) this.#other = { key, facts: codebookFacts(store, config, dataset) };
    return this.#other.facts;
  }

  async #facts({ store, config, dataset }: CodebookSource): Promise<CodebookFacts | null> {
    if (!config) return null;
    const key = await stateKey(store, config, dataset);
    if (this.#known?.key !== key) this.#known = { key, facts: codebookFacts(store, config, dataset) };
    return this.#known.facts;
  }

  async #neighbourSharing(
    facts: CodebookFacts,
    { store, config }: CodebookSource,
    steps: readonly number[],
  ): Promise<NeighbourSharingReply | null> {
    const { coded, vectors } = facts;
    const { domainOfItem, domainNames, levels } = coded;
    // Sums of entries are equal where codes are: they would find what they were made from.
    if (!domainOfItem || !vectors || vectors.source === 'entries') return null;
    const key = [
      facts.dataset.contentHash,
      vectors.width,
      // UTGRec's vectors are the tokenizer's own, the others those of a frozen encoder.
      vectors.source === 'content' ? this.#known?.key : JSON.stringify(config && !isUtgrec(config) && config.encoder),
    ].join();
    if (this.#neighbours?.key !== key) {
      const found = crossDomainNeighbours(vectors, domainOfItem, domainNames.length, {
        budget: NEIGHBOUR_BUDGET,
        breathe: () => new Promise((resolve) => setTimeout(resolve)),
      });
      this.#neighbours = { key, found };
    }
    const neighbours = await this.#neighbours.found;
    const present = [...domainNames.keys()].filter((domain) => domainOfItem.includes(domain));
    const taken = new Set(await snapshotSteps(store, facts.run));
    const found = steps.filter((step) => taken.has(step));
    const size = present.length;
    const shares = new Float64Array(found.length * levels * size * size);
    let at = 0;
    for (const step of found) {
      const codes = (await snapshotAt(store, facts.run, step)) ?? coded.codes;
      const all = neighbourSharing({ codes, levels }, domainOfItem, neighbours);
      for (let level = 0; level < levels; level++)
        for (const a of present)
          for (const b of present)
            shares[at++] = all[(level * domainNames.length + a) * domainNames.length + b] ?? Number.NaN;
    }
    const { isComplete, queriesOfDomain, candidatesOfDomain } = neighbours;
    return {
      domains: present.map((domain) => domainNames[domain] ?? ''),
      levels,
      steps: found,
      shares,
      isComplete,
      queriesOfDomain,
      candidatesOfDomain,
    };
  }
}

/** Changes with every snapshot and checkpoint of the tokenizer. */
async function stateKey(store: RunStore, config: SystemConfig, dataset: Dataset): Promise<string> {
  const run = await store.getRun(CURRENT_RUN);
  const parts = [dataset.contentHash, JSON.stringify(config), String(run?.createdAtMs)];
  for (const id of [CURRENT_RUN, PRETRAINING_RUN]) {
    const checkpoints = await store.listCheckpoints(id);
    const kept = checkpoints.filter(({ name }) => name === 'tokenizer' || name === 'embeddings');
    parts.push(id, (await snapshotSteps(store, id)).join(), kept.map(({ createdAtMs }) => createdAtMs).join());
  }
  return parts.join('\n');
}

function required(facts: CodebookFacts | null): CodebookFacts {
  if (!facts) throw new ConfigError('codes/none', 'items by code: there are no codes yet; train a tokenizer first.');
  return facts;
}

function collisionsOf({
  coded,
  popularity,
  vectors,
  policy,
  resolved,
  isBeforeResolution,
  dataset,
}: CodebookFacts): CollisionsReply {
  return {
    report: collisionReport(coded, popularity, vectors?.source === 'entries' ? null : vectors),
    policy,
    isResolved: resolved !== null,
    isBeforeResolution,
    isPartOfInteractions: dataset.stored?.stream != null,
  };
}

function itemMapOf({ coded, popularity, vectors, dataset }: CodebookFacts): ItemMapReply | null {
  if (!vectors) return null;
  const { values, width, source } = vectors;
  const { codes, levels, domainOfItem, domainNames, titles } = coded;
  const itemCount = codes.length / levels;
  const sharing = new Uint32Array(itemCount);
  for (const items of sharedIdentifiers(codes, levels)) for (const item of items) sharing[item] = items.length;
  const plane =
    source === 'whitened'
      ? { x: column(values, width, 0), y: column(values, width, 1), explainedShare: null }
      : principalPlane(values, itemCount, width);
  return {
    source,
    x: plane.x,
    y: plane.y,
    explainedShare: plane.explainedShare,
    codes: codes.slice(),
    levels,
    domainOfItem,
    domainNames,
    popularity,
    sharing,
    titles,
    ids: dataset.items.ids,
  };
}

async function staircaseOf({ coded, encoder, dataset }: CodebookFacts): Promise<StaircaseReply | null> {
  if (!encoder) return null;
  const { domainOfItem, domainNames } = coded;
  const everyone = Array.from({ length: dataset.itemCount }, (_, item) => item);
  const members = domainOfItem
    ? domainNames.map((_, domain) => everyone.filter((item) => domainOfItem[item] === domain))
    : [everyone];
  const items = members.flatMap((own) => evenlySpaced(own, MOST_ENCODED));
  const latents: number[] = [];
  for (const [place, item] of items.entries()) {
    latents.push(...encoder.latent(item));
    if (place % ENCODED_A_BREATH === ENCODED_A_BREATH - 1) await new Promise((resolve) => setTimeout(resolve));
  }
  const groups = residualStaircases({
    latents: Float32Array.from(latents),
    width: latents.length / Math.max(1, items.length),
    books: encoder.books,
    groups: domainOfItem && { of: items.map((item) => domainOfItem[item] ?? 0), names: domainNames },
  });
  return { groups, isComplete: items.length === everyone.length };
}

/** Whitened vectors are the principal components already, from the widest on (encoders/whitening). */
const column = (values: Float32Array, width: number, at: number): Float32Array =>
  Float32Array.from({ length: values.length / width }, (_, row) => (at < width ? (values[row * width + at] ?? 0) : 0));

async function bucketOf(
  facts: CodebookFacts,
  { codes: wanted, offset, limit }: Extract<CodebooksRequest, { kind: 'collisionBucket' }>,
  { card }: CodebookSource,
): Promise<CollisionBucketReply> {
  const { codes, levels } = facts.coded;
  const all: number[] = [];
  for (let item = 0; item < codes.length / levels; item++)
    if (wanted.length === levels && wanted.every((code, level) => codes[item * levels + level] === code))
      all.push(item);
  const members: (readonly LevelMargin[])[] = [];
  const items = all.slice(offset, offset + limit).map(async (item): Promise<BucketItem> => {
    const margins = facts.margins?.(item) ?? null;
    if (margins) members.push(margins);
    const digits = facts.resolved && [
      ...facts.resolved.digits.subarray(item * facts.resolved.width, (item + 1) * facts.resolved.width),
    ];
    return {
      card: { ...(await card(item)), codes: digits ?? wanted },
      interactions: facts.popularity[item] ?? 0,
      resolution: digits && resolutionIn(facts, item, digits),
      residuals: margins?.map(({ residual }) => residual) ?? null,
      boundaries: margins?.map(({ boundary }) => boundary) ?? null,
    };
  });
  return { total: all.length, items: await Promise.all(items), split: splitPlace(members) };
}

async function codeItemsOf(
  { coded: { codes, levels, domainOfItem, domainNames } }: CodebookFacts,
  { level, code, domain, offset, limit }: Extract<CodebooksRequest, { kind: 'codeItems' }>,
  { card }: CodebookSource,
): Promise<CodeItemsReply> {
  const wanted = domain === null ? null : domainNames.indexOf(domain);
  const items: number[] = [];
  for (let item = 0; item < codes.length / levels; item++)
    if (codes[item * levels + level] === code && (wanted === null || domainOfItem?.[item] === wanted)) items.push(item);
  const page = items.slice(offset, offset + limit).map(async (item) => ({
    ...(await card(item)),
    codes: [...codes.subarray(item * levels, (item + 1) * levels)],
  }));
  return { items, cards: await Promise.all(page) };
}

function resolutionIn(
  { policy, resolutions }: CodebookFacts,
  item: number,
  digits: readonly number[],
): BucketItem['resolution'] {
  if (policy === 'digit') return { kind: 'digit', value: digits.at(-1) ?? null };
  const found = resolutionOf(resolutions?.[item] ?? 0);
  return { kind: found.kind, value: found.kind === 'rank' ? found.rank : null };
}

async function sharedCodesOf(
  { coded, popularity, run }: CodebookFacts,
  { step, level, isPrefix, domains, limit }: Extract<CodebooksRequest, { kind: 'sharedCodes' }>,
  { store, card }: CodebookSource,
): Promise<SharedCodesReply> {
  const codes = (await snapshotAt(store, run, step)) ?? coded.codes;
  const [a, b] = domains.map((name) => coded.domainNames.indexOf(name));
  const found = sharedCodes(
    { ...coded, codes },
    { level, isPrefix, domains: [a ?? -1, b ?? -1], popularity, top: TOP_ITEMS },
  );
  const cards = (items: readonly number[]): Promise<ItemCard[]> => Promise.all(items.map((item) => card(item)));
  const withCards = found
    .slice(0, limit)
    .map(
      async ({ top: [first, second], ...rest }: SharedCode) =>
        ({ ...rest, top: [await cards(first), await cards(second)] }) as const,
    );
  return { total: found.length, codes: await Promise.all(withCards) };
}
