/**
 * One or some domains of a data set as a data set of their own: items keep their order but get new indices, every user keeps
 * the events of these domains, and users left with fewer than three are dropped (leave-one-out needs history, validation and
 * test). For transfer: pre-training on some domains, fine-tuning on another.
 */
import { ConfigError } from '../base/errors';
import { type SequenceTable, userCountOf } from '../base/sequenceTable';
import { contentHash } from './contentHash';
import type { Dataset, ImageIndex, ItemColumns, StoredParts } from './dataset';
import { sequencesInMemory } from './wholeSequences';

const LEAST_EVENTS = 3;

/** @throws ConfigError `data/domain` for a name that the data set does not have, or no name */
export function restrictToDomains(dataset: Dataset, names: readonly string[]): Dataset {
  const { domainNames, domainOfItem } = dataset.items;
  const wanted = new Set(
    names.map((name) => {
      const domain = domainNames.indexOf(name);
      if (domain < 0 || !domainOfItem)
        throw new ConfigError(
          'data/domain',
          `${dataset.name}: has no domain "${name}"; it has ${domainNames.join(', ') || 'none'}.`,
        );
      return domain;
    }),
  );
  if (wanted.size === 0 || !domainOfItem)
    throw new ConfigError('data/domain', `${dataset.name}: choose at least one of its domains.`);
  const kept = Uint32Array.from(domainOfItem.keys()).filter((item) => wanted.has(domainOfItem[item] as number));
  const newIndex = new Int32Array(dataset.itemCount).fill(-1);
  kept.forEach((item, at) => {
    newIndex[item] = at;
  });
  const items = pickItems(dataset.items, kept);
  const { users, sequences, shortUsers, repeatedEvents } = pickEvents(
    dataset.users,
    sequencesInMemory(dataset, 'on some of its domains'),
    newIndex,
  );
  const images = dataset.images && pickImages(dataset.images, kept);
  const hasEvents = new Set(sequences.items);
  return {
    name: `${dataset.name} (${[...wanted].map((domain) => domainNames[domain]).join(', ')})`,
    itemCount: kept.length,
    userCount: users.length,
    interactionCount: sequences.items.length,
    items,
    users,
    sequences,
    images,
    contentHash: contentHash(items, users, sequences, images),
    ...(dataset.stored ? { stored: pickStored(dataset.stored, kept, sequences) } : {}),
    report: {
      ...dataset.report,
      itemLines: kept.length,
      userLines: users.length + shortUsers,
      shortUsers,
      itemsWithoutTitle: items.titles.filter((title) => title === '').length,
      itemsWithoutEvents: kept.length - hasEvents.size,
      repeatedEvents,
    },
  };
}

function pickItems(items: ItemColumns, kept: Uint32Array): ItemColumns {
  const pick = <T>(column: readonly T[], fallback: T): T[] => Array.from(kept, (item) => column[item] ?? fallback);
  const ids = pick(items.ids, '');
  return {
    ids,
    indexOfId: new Map(ids.map((id, at) => [id, at])),
    titles: pick(items.titles, ''),
    brands: pick(items.brands, ''),
    categories: pick(items.categories, []),
    descriptions: pick(items.descriptions, ''),
    keywords: pick(items.keywords, []),
    domainOfItem: items.domainOfItem && Uint8Array.from(kept, (item) => items.domainOfItem?.[item] ?? 0),
    domainNames: items.domainNames,
  };
}

function pickEvents(
  users: readonly string[],
  sequences: SequenceTable,
  newIndex: Int32Array,
): { users: string[]; sequences: SequenceTable; shortUsers: number; repeatedEvents: number } {
  const keptUsers: string[] = [];
  const events: number[] = [];
  const offsets = [0];
  let shortUsers = 0;
  let repeatedEvents = 0;
  for (let user = 0; user < userCountOf(sequences); user++) {
    const own = Array.from(
      sequences.items.subarray(sequences.offsets[user], sequences.offsets[user + 1]),
      (item) => newIndex[item] as number,
    ).filter((item) => item >= 0);
    if (own.length < LEAST_EVENTS) {
      if (own.length > 0) shortUsers++;
      continue;
    }
    for (const item of own) events.push(item);
    repeatedEvents += own.length - new Set(own).size;
    offsets.push(events.length);
    keptUsers.push(users[user] ?? '');
  }
  return {
    users: keptUsers,
    sequences: { items: Uint32Array.from(events), offsets: Uint32Array.from(offsets) },
    shortUsers,
    repeatedEvents,
  };
}

function pickImages(images: ImageIndex, kept: Uint32Array): ImageIndex {
  const length = Uint32Array.from(kept, (item) => images.length[item] ?? 0);
  return {
    ...images,
    offset: Float64Array.from(kept, (item) => images.offset[item] ?? 0),
    length,
    count: length.filter((size) => size > 0).length,
  };
}

/** What a workspace keeps of the items, by their new indices. */
function pickStored(stored: StoredParts, kept: Uint32Array, sequences: SequenceTable): StoredParts {
  const histogram = new Array<number>(stored.lengthHistogram.length).fill(0);
  for (let user = 0; user < userCountOf(sequences); user++) {
    const length = (sequences.offsets[user + 1] as number) - (sequences.offsets[user] as number);
    const bin = Math.min(length, histogram.length - 1);
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  return {
    ...stored,
    // The items of a domain lie together, so that few runs are read.
    texts: async (from, to) => {
      const texts: string[] = [];
      for (let at = from; at < to; ) {
        let end = at + 1;
        while (end < to && kept[end] === (kept[end - 1] as number) + 1) end++;
        texts.push(...(await stored.texts(kept[at] as number, (kept[end - 1] as number) + 1)));
        at = end;
      }
      return texts;
    },
    picture: (item) => stored.picture(kept[item] as number),
    lengthHistogram: histogram,
  };
}
