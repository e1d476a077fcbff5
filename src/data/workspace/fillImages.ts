/** The pictures that a domain's items have addresses for but not yet: fetched, stored in batches, counted. */
import { CancelledError, TesseraError } from '../../base/errors';
import {
  fetchPictures,
  type PictureFailure,
  type PictureFetchOptions,
  type PictureOutcome,
  pictureUrl,
} from '../import/fetchPictures';
import type { NewImage } from './addImages';
import type { Workspace } from './api';

export interface FillImagesOptions extends PictureFetchOptions {
  /** Most addresses to ask; null: all. */
  readonly limit: number | null;
  readonly onProgress?: (progress: FillImagesProgress) => void;
}

/** Items of the view: all, those with an address, those with a picture. */
export interface ImageCoverage {
  readonly items: number;
  readonly withUrl: number;
  readonly withImage: number;
}

export interface FillImagesProgress {
  /** Addresses answered, one way or the other. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Addresses a second since the beginning. */
  readonly rate: number;
  readonly etaSeconds: number | null;
  /** Pictures that wait for their batch count as there. */
  readonly coverage: ImageCoverage;
}

export interface FillImagesReport {
  readonly coverage: ImageCoverage;
  /** Pictures stored by this call. */
  readonly added: number;
  /** Different addresses that were to be asked, and how many of them were answered before a stop. */
  readonly asked: number;
  readonly done: number;
  /** Items without a picture whose address is on a host that the user did not name, most items first; nothing was fetched. */
  readonly otherHosts: readonly { readonly host: string; readonly items: number }[];
  /** Items without a picture whose address can never be asked: not https, not public, or no address at all. */
  readonly unusable: number;
  /** Addresses without a picture, by reason. */
  readonly failed: Readonly<Partial<Record<PictureFailure, number>>>;
  /** The first of them. */
  readonly failures: readonly {
    readonly item: string;
    readonly address: string;
    readonly reason: PictureFailure;
    readonly detail: string;
  }[];
  /** Why it ended early, if it did: `images/stopped` (the signal) or `images/unreachable`. What had come is stored. */
  readonly stoppedBy: TesseraError | null;
}

const MOST_LISTED = 100;
/** So many addresses of one host in a row without an answer: it is down, or tired of us. */
const MOST_UNREACHABLE = 20;

/**
 * Fetches pictures for the view's items that have an address but no picture. Several items with one address take one request. What
 * came is committed every few MB and at the end, also after the signal; call it again to go on. Addresses that failed are asked
 * again then.
 * @throws FormatError `workspace/notReady` (no view), QuotaError `storage/quota` (full batches before it are stored)
 */
export async function fillImages(
  workspace: Workspace,
  id: string,
  options: FillImagesOptions,
): Promise<FillImagesReport> {
  const wanted = await wantedAddresses(workspace, id, options);
  const run = new FillRun(wanted, options);
  const added = await workspace.addImages(id, run.images());
  const { done, failed, stoppedBy } = run;
  const failures = await Promise.all(
    run.failures.map(async ({ item, ...failure }) => ({
      item: (await workspace.itemDetail(id, item)).id,
      ...failure,
    })),
  );
  const { otherHosts, unusable, addresses } = wanted;
  const coverage = { ...wanted.coverage, withImage: wanted.coverage.withImage + added };
  return { coverage, added, asked: addresses.size, done, otherHosts, unusable, failed, failures, stoppedBy };
}

interface Wanted {
  readonly coverage: ImageCoverage;
  /** Items by address. */
  readonly addresses: ReadonlyMap<string, readonly number[]>;
  readonly otherHosts: readonly { readonly host: string; readonly items: number }[];
  readonly unusable: number;
}

async function wantedAddresses(
  workspace: Workspace,
  id: string,
  { allowedHosts, limit }: Pick<FillImagesOptions, 'allowedHosts' | 'limit'>,
): Promise<Wanted> {
  const addresses = new Map<string, number[]>();
  const hosts = new Map<string, number>();
  let unusable = 0;
  for (const { item, url } of await workspace.itemsWithoutImage(id)) {
    const host = pictureUrl(url)?.host;
    if (host === undefined) unusable++;
    else if (!allowedHosts.has(host)) hosts.set(host, (hosts.get(host) ?? 0) + 1);
    else {
      const items = addresses.get(url);
      if (items !== undefined) items.push(item);
      else if (limit === null || addresses.size < limit) addresses.set(url, [item]);
    }
  }
  const otherHosts = [...hosts].map(([host, items]) => ({ host, items })).sort((a, b) => b.items - a.items);
  return { coverage: await coverageOf(workspace, id), addresses, otherHosts, unusable };
}

async function coverageOf(workspace: Workspace, id: string): Promise<ImageCoverage> {
  const tables = await workspace.tables(id);
  const items = await tables.u32('view', 'item');
  const lengths = tables.images.count > 0 ? await tables.u32('images', 'imageLength') : null;
  let [withUrl, withImage] = [0, 0];
  for (const item of items) {
    if ((await tables.field('imageUrl', item)) !== '') withUrl++;
    if ((lengths?.[item] ?? 0) > 0) withImage++;
  }
  return { items: items.length, withUrl, withImage };
}

class FillRun {
  done = 0;
  readonly failed: Partial<Record<PictureFailure, number>> = {};
  readonly failures: { item: number; address: string; reason: PictureFailure; detail: string }[] = [];
  stoppedBy: TesseraError | null = null;
  readonly #wanted: Wanted;
  readonly #options: FillImagesOptions;
  /** Addresses in a row without an answer, by host. */
  readonly #unreachable = new Map<string, number>();
  #pictures = 0;

  constructor(wanted: Wanted, options: FillImagesOptions) {
    this.#wanted = wanted;
    this.#options = options;
  }

  /** Never throws for the network's sake: what came must be stored. */
  async *images(): AsyncGenerator<NewImage, void, undefined> {
    const { addresses } = this.#wanted;
    const { now, signal } = this.#options;
    const began = now();
    for await (const outcome of fetchPictures(addresses.keys(), this.#options)) {
      if (outcome.kind === 'stopped') continue;
      const items = addresses.get(outcome.address) ?? [];
      this.done++;
      if (outcome.kind === 'picture') {
        const { bytes, mediaType } = outcome;
        this.#pictures += items.length;
        for (const item of items) yield { item, bytes, mediaType };
      } else {
        const { address, reason, detail } = outcome;
        this.failed[reason] = (this.failed[reason] ?? 0) + 1;
        const [item] = items;
        if (item !== undefined && this.failures.length < MOST_LISTED)
          this.failures.push({ item, address, reason, detail });
      }
      this.#report(began);
      if (this.#isHopeless(outcome)) break;
    }
    if (signal.aborted && this.done < addresses.size)
      this.stoppedBy = new CancelledError(
        'images/stopped',
        'fetch pictures: stopped on request; what came is stored, run the same command again to go on.',
      );
  }

  #isHopeless(outcome: PictureOutcome): boolean {
    const { host } = new URL(outcome.address);
    const isUnreachable = outcome.kind === 'failed' && outcome.reason === 'unreachable';
    const inRow = isUnreachable ? (this.#unreachable.get(host) ?? 0) + 1 : 0;
    this.#unreachable.set(host, inRow);
    if (!isUnreachable || inRow < MOST_UNREACHABLE) return false;
    this.stoppedBy = new TesseraError(
      'images/unreachable',
      `fetch pictures: wanted answers from ${host}, came none for ${inRow} addresses in a row (${outcome.detail}); what came is stored, run the same command again later.`,
    );
    return true;
  }

  #report(began: number): void {
    const { addresses, coverage } = this.#wanted;
    const total = addresses.size;
    const seconds = (this.#options.now() - began) / 1000;
    const rate = seconds > 0 ? this.done / seconds : 0;
    this.#options.onProgress?.({
      done: this.done,
      total,
      failed: Object.values(this.failed).reduce((sum, count) => sum + count, 0),
      rate,
      etaSeconds: rate > 0 ? (total - this.done) / rate : null,
      coverage: { ...coverage, withImage: coverage.withImage + this.#pictures },
    });
  }
}
