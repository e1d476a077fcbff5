/** A page of the gallery: some items of a data set or one of its domains, read back from their codes. */
import { ConfigError } from '../base/errors';
import { shuffleInPlace, uniformGenerator } from '../base/random';
import type { Dataset } from '../data/dataset';
import type { UtgrecGallery } from '../train/utgrecGallery';
import { domainsOf } from '../train/utgrecReport';
import { resolutionOf } from '../train/utgrecTokenizerFile';
import type { GalleryReply, GalleryRequest } from './protocol/gallery';
import type { ItemCard } from './protocol/items';

/** Drawn at a time. */
const MOST_ITEMS = 16;

/** @throws ConfigError `gallery/domain` for a domain without items */
export async function galleryReply(
  gallery: UtgrecGallery,
  { domain, count, seed }: GalleryRequest,
  dataset: Dataset,
  card: (item: number) => ItemCard | Promise<ItemCard>,
): Promise<GalleryReply> {
  const members = domain === null ? null : domainsOf(dataset).find(({ name }) => name === domain)?.items;
  if (members === undefined)
    throw new ConfigError('gallery/domain', `gallery: no item has the domain "${domain}"; choose another.`);
  const items = members?.slice() ?? Uint32Array.from({ length: dataset.itemCount }, (_, item) => item);
  shuffleInPlace(items, uniformGenerator(seed));
  const started = performance.now();
  const read = await gallery.read(items.slice(0, Math.min(MOST_ITEMS, count)), seed);
  return {
    side: gallery.side,
    wantsDecoder: gallery.wantsDecoder,
    elapsedMs: performance.now() - started,
    entries: await Promise.all(
      read.map(async ({ item, pieces, original, decoded }) => {
        const resolution = resolutionOf(gallery.tokenizer.resolutions[item] ?? 0);
        return {
          card: await card(item),
          resolution: resolution.kind,
          rank: resolution.kind === 'rank' ? resolution.rank : null,
          pieces,
          original,
          decoded,
        };
      }),
    ),
  };
}
