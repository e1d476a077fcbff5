/** Answers about items and users for the page: cards with pictures, search, summaries. */
import { imageBytes } from '../data/imageIndex';
import { eventCount } from '../data/splits';
import type { DataSummary, ItemCard } from './protocol';
import { type OpenData, SIMULATED_LABEL } from './workspace';

const HISTOGRAM_BINS = 51;

export function summaryOf(data: OpenData): DataSummary {
  const { dataset, isSimulated } = data;
  const { items } = dataset;
  const { stored } = dataset;
  if (stored)
    return {
      name: dataset.name,
      isSimulated,
      users: dataset.userCount,
      items: dataset.itemCount,
      interactions: dataset.interactionCount,
      images: stored.pictures,
      domains: stored.domains.length > 1 ? stored.domains : [],
      lengthHistogram: stored.lengthHistogram,
      notes: notesOf(data),
      hash: dataset.contentHash,
    };
  const lengthHistogram = new Array<number>(HISTOGRAM_BINS).fill(0);
  for (let user = 0; user < dataset.userCount; user++) {
    const bin = Math.min(HISTOGRAM_BINS - 1, eventCount(dataset.sequences, user));
    lengthHistogram[bin] = (lengthHistogram[bin] ?? 0) + 1;
  }
  const domains = items.domainNames.map((name) => ({ name, items: 0, interactions: 0 }));
  const { domainOfItem } = items;
  if (domainOfItem) {
    for (const domain of domainOfItem) count(domains[domain], 'items');
    for (const item of dataset.sequences.items) count(domains[domainOfItem[item] ?? 0], 'interactions');
  }
  return {
    name: dataset.name,
    isSimulated,
    users: dataset.userCount,
    items: dataset.itemCount,
    interactions: dataset.interactionCount,
    images: dataset.images?.count ?? 0,
    domains,
    lengthHistogram,
    notes: notesOf(data),
    hash: dataset.contentHash,
  };
}

/** Sentences for the user about what was left out. */
function notesOf({ dataset: { report }, isSimulated }: OpenData): string[] {
  const notes: string[] = [];
  if (isSimulated) notes.push(`This is ${SIMULATED_LABEL}.`);
  if (report.shortUsers > 0) notes.push(`${report.shortUsers} users with fewer than 3 events are left out.`);
  if (report.badLines > 0) notes.push(`${report.badLines} lines were skipped: ${report.badLineMessages[0] ?? ''}`);
  if (report.itemsWithoutTitle > 0) notes.push(`${report.itemsWithoutTitle} items have no title.`);
  if (report.itemsWithoutEvents > 0) notes.push(`${report.itemsWithoutEvents} items occur in no sequence.`);
  return notes;
}

function count<K extends string>(record: Record<K, number> | undefined, key: K): void {
  if (record) record[key] = record[key] + 1;
}

/** @param codes the item's identifier, digit by digit; null before it is tokenized */
export async function cardOf(data: OpenData, codes: readonly number[] | null, item: number): Promise<ItemCard> {
  const { dataset } = data;
  const { items } = dataset;
  const domain = items.domainOfItem ? (items.domainNames[items.domainOfItem[item] ?? 0] ?? null) : null;
  return {
    item,
    id: items.ids[item] ?? '',
    title: items.titles[item] ?? '',
    detail: [items.brands[item], ...(items.categories[item] ?? [])].filter(Boolean).join(' › '),
    domain,
    image: await pictureOf(data, item),
    codes,
  };
}

/** The picture as a copy of its own: a view into a larger buffer would travel with all of it. */
async function pictureOf({ dataset, images }: OpenData, item: number): Promise<ItemCard['image']> {
  if (dataset.stored) {
    const picture = await dataset.stored.picture(item);
    return picture && { type: picture.mediaType, bytes: picture.bytes.slice().buffer };
  }
  const bytes = dataset.images && images ? imageBytes(dataset.images, images, item) : null;
  return bytes && dataset.images ? { type: mediaType(dataset.images.format), bytes: bytes.slice().buffer } : null;
}

const mediaType = (format: string): string => (format.includes('/') ? format : `image/${format}`);

/** Items whose title or id contains all words of `query`. */
export function searchItems(data: OpenData, query: string, limit: number): number[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found: number[] = [];
  for (let item = 0; item < data.dataset.itemCount && found.length < limit; item++) {
    const text = `${data.dataset.items.ids[item] ?? ''} ${data.dataset.items.titles[item] ?? ''}`.toLowerCase();
    if (words.length > 0 && words.every((word) => text.includes(word))) found.push(item);
  }
  return found;
}
