import { describe, expect, it } from 'vitest';
import { importMemory } from '../../../test/fixtures/importSources';
import { imageUrlOf } from './amazon2023';

const review = (user: string, item: string, more: object = {}): string =>
  JSON.stringify({
    rating: 5,
    title: 't',
    text: 'x’',
    asin: 'A0',
    parent_asin: item,
    user_id: user,
    timestamp: 1588687728923,
    ...more,
  });

describe('Amazon Reviews 2023', () => {
  it('reads reviews and metadata of two categories as two domains', async () => {
    const meta = {
      main_category: 'Musical Instruments',
      title: 'Guitar &amp; <b>Case</b>',
      features: ['Solid  top.', 'Six strings'],
      categories: ['Musical Instruments', 'Guitars'],
      store: 'Acme',
      images: [
        { thumb: 'https://x/t.jpg', large: 'https://x/l0.jpg', variant: 'PT01' },
        { thumb: 'https://x/t1.jpg', large: 'https://x/l1.jpg', variant: 'MAIN' },
      ],
      parent_asin: 'B1',
    };
    const { candidates, sinks } = await importMemory({
      'Musical_Instruments.jsonl': [review('u1', 'B1'), review('u2', 'B2', { rating: 3.0 })].join('\n'),
      'meta_Musical_Instruments.jsonl': JSON.stringify(meta),
      'Software.jsonl': review('u1', 'B9', { timestamp: 1588687728 }),
    });
    expect(candidates.map(({ format, domainName, label }) => [format, domainName, label])).toEqual([
      ['amazon2023', 'Musical_Instruments', 'Amazon Reviews 2023, reviews and metadata'],
      ['amazon2023', 'Software', 'Amazon Reviews 2023, reviews'],
    ]);
    const [music, software] = sinks;
    expect(music?.interactions).toEqual([
      { user: 'u1', item: 'B1', time: 1588687728.923, rating: 5 },
      { user: 'u2', item: 'B2', time: 1588687728.923, rating: 3 },
    ]);
    expect(software?.interactions[0]?.time).toBe(1588687728);
    expect(music?.items.get('B1')).toEqual({
      id: 'B1',
      title: 'Guitar & Case',
      text: 'Guitar & Case. Solid top. Six strings. Musical Instruments, Guitars.',
      categories: ['Musical Instruments', 'Guitars'],
      brand: 'Acme',
      imageUrl: 'https://x/l1.jpg',
    });
  });

  it('lists reviews without item, with a bad number or with half a letter in the id', async () => {
    const lines = [
      review('u', 'B1'),
      '{"user_id":"u","rating":5,"timestamp":1}',
      review('u', 'B2', { rating: 'five' }),
      String.raw`{"user_id":"u\ud800","parent_asin":"B","rating":5,"timestamp":1}`,
      String.raw`{"user_id":"u","parent_asin":"B","rating":5,"timestamp":1,"__prot\u006f__":1}`,
      review('u', 'B3', { rating: null }),
    ];
    const { sinks } = await importMemory({ 'Games.jsonl': lines.join('\n') });
    expect(sinks[0]?.interactions.map(({ item }) => item)).toEqual(['B1', 'B3']);
    expect(sinks[0]?.rejected.map(({ line, reason }) => `${line} ${reason.slice(0, 18)}`)).toEqual([
      '2 field `asin`: want',
      '3 field `rating`: wa',
      '4 field `user_id`: w',
      '5 wanted ordinary ke',
    ]);
  });

  it('reads 5-core tables row by row, and histories where there are no rows', async () => {
    const head = 'user_id,parent_asin,rating,timestamp,history\n';
    const train = `${head}u,A,5.0,1000000000000,\nu,B,4.0,1000000001000,A\n`;
    const test = `${head}u,C,3.0,1000000002000,A B\n`;
    const whole = await importMemory({ 'Arts.train.csv': train, 'Arts.test.csv': test });
    expect(whole.candidates).toMatchObject([{ format: 'amazon2023csv', domainName: 'Arts' }]);
    expect(whole.sinks[0]?.interactions.map(({ item, time }) => [item, time])).toEqual([
      ['A', 1e9],
      ['B', 1e9 + 1],
      ['C', 1e9 + 2],
    ]);
    const testOnly = await importMemory({ 'Arts.test.csv': test });
    expect(testOnly.sinks[0]?.sequences).toEqual([{ user: 'u', items: ['A', 'B', 'C'], times: null }]);
  });

  it('reads the fields of 2018', async () => {
    const { candidates, sinks } = await importMemory({
      'Toys_5.json': '{"overall":5.0,"reviewerID":"r","asin":"A","unixReviewTime":1400000000}',
      'meta_Toys.json':
        '{"asin":"A","title":"T","feature":["f"],"category":["c"],"brand":"b","imageURLHighRes":["https://x/1.jpg"]}',
    });
    expect(candidates).toMatchObject([{ domainName: 'Toys', label: 'Amazon Reviews 2018, reviews and metadata' }]);
    expect(sinks[0]?.interactions).toEqual([{ user: 'r', item: 'A', time: 1.4e9, rating: 5 }]);
    expect(sinks[0]?.items.get('A')).toMatchObject({ text: 'T. f. c.', brand: 'b', imageUrl: 'https://x/1.jpg' });
  });
});

describe('imageUrlOf', () => {
  const thumb = 'https://x/t.jpg';
  it.each([
    [
      'the first picture where none is main',
      { images: [{ thumb, large: 'https://x/0.jpg', variant: 'A' }] },
      'https://x/0.jpg',
    ],
    [
      'the last address without a large one',
      { images: [{ thumb, hi_res: 'https://x/h.jpg', variant: 'MAIN' }] },
      'https://x/h.jpg',
    ],
    ['nothing for an empty list', { images: [] }, ''],
    ['nothing for an address that is no web address', { images: [{ large: 'javascript:alert(1)' }] }, ''],
    [
      'the main one in an object of lists',
      { images: { large: ['https://x/0.jpg', 'https://x/1.jpg'], variant: ['PT', 'main'] } },
      'https://x/1.jpg',
    ],
  ])('takes %s', (_, meta, url) => {
    expect(imageUrlOf(meta)).toBe(url);
  });
});
