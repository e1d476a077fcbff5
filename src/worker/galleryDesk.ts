/** Keeps a tokenizer's gallery open between the page's questions; one answer at a time. */
import { ConflictError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { UtgrecGallery } from '../train/utgrecGallery';
import { galleryReply } from './galleryReply';
import type { GalleryReply, GalleryRequest } from './protocol/gallery';
import type { ItemCard } from './protocol/items';

export class GalleryDesk {
  #gallery: UtgrecGallery | null = null;
  #isBusy = false;

  /** @throws ConflictError `worker/busy` while items are read back */
  requireIdle(wish: string): void {
    if (this.#isBusy)
      throw new ConflictError('worker/busy', `${wish}: items are read back from their codes; wait a few seconds.`);
  }

  /** @param open opens the gallery where there is none yet */
  async answer(
    request: GalleryRequest,
    open: () => Promise<UtgrecGallery>,
    items: () => { readonly dataset: Dataset; readonly card: (item: number) => ItemCard | Promise<ItemCard> },
  ): Promise<GalleryReply> {
    this.requireIdle('read items back');
    this.#isBusy = true;
    try {
      this.#gallery ??= await open();
      const { dataset, card } = items();
      return await galleryReply(this.#gallery, request, dataset, card);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Its device is gone: nothing can be disposed of. */
  lose(): void {
    this.#gallery = null;
  }

  async close(): Promise<void> {
    const gallery = this.#gallery;
    this.#gallery = null;
    await gallery?.dispose();
  }
}
