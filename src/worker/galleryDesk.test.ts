import { describe, expect, it } from 'vitest';
import type { UtgrecGallery } from '../train/utgrecGallery';
import { shop } from '../train/utgrecRun.fixture';
import { GalleryDesk } from './galleryDesk';
import type { ItemCard } from './protocol/items';

const { dataset } = shop();
const card = (item: number): ItemCard => ({
  item,
  id: '',
  title: '',
  detail: '',
  domain: null,
  image: null,
  codes: null,
});
const items = () => ({ dataset, card });
const page = { kind: 'gallery', domain: null, count: 2, seed: 1 } as const;

function fake() {
  const log: string[] = [];
  const gallery = {
    side: 4,
    wantsDecoder: false,
    tokenizer: { resolutions: new Uint16Array(60) },
    read: async (wanted: Uint32Array) =>
      Array.from(wanted, (item) => ({ item, codes: [], pieces: [], original: null, decoded: null })),
    dispose: async () => void log.push('closed'),
  } as unknown as UtgrecGallery;
  const open = async (): Promise<UtgrecGallery> => {
    log.push('opened');
    return gallery;
  };
  return { log, open };
}

describe('GalleryDesk', () => {
  it('opens the gallery once and closes it when the model goes', async () => {
    const desk = new GalleryDesk();
    const { log, open } = fake();
    expect((await desk.answer(page, open, items)).entries).toHaveLength(2);
    await desk.answer(page, open, items);
    await desk.close();
    await desk.close();
    expect(log).toEqual(['opened', 'closed']);
  });

  it('keeps jobs and further questions away while it works, also when it fails', async () => {
    const desk = new GalleryDesk();
    const { open } = fake();
    const first = desk.answer(page, open, items);
    expect(() => desk.requireIdle('train')).toThrow(/train: items are read back from their codes/);
    await expect(desk.answer(page, open, items)).rejects.toMatchObject({ code: 'worker/busy' });
    await first;
    await expect(desk.answer(page, () => Promise.reject(new Error('no')), items)).resolves.toBeDefined();
    await desk.close();
    await expect(desk.answer(page, () => Promise.reject(new Error('no')), items)).rejects.toThrow('no');
    expect(() => desk.requireIdle('train')).not.toThrow();
  });
});
