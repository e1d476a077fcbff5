import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importMemory } from '../../../test/fixtures/importSources';
import { readParquet } from '../../formats/parquet';
import { listOf, timeCell } from './cells';

const parquet = (codec: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../test/fixtures/parquet/${codec}.parquet`, import.meta.url)));

describe('tables', () => {
  it('guesses the columns of a CSV of events and reads it', async () => {
    const text = 'Rating,userId,product_id,comment,created_at\n4,u1,B1,"nice, really",2020-01-02T03:04:05Z\n,u2,B2,,\n';
    const { candidates, sinks } = await importMemory({ 'shop/log.csv': text });
    expect(candidates).toMatchObject([{ format: 'table', domainName: 'shop', label: 'CSV table', isAddition: false }]);
    const sketch = candidates[0]?.needsMapping;
    expect(sketch?.guess).toEqual({ rating: 'Rating', user: 'userId', item: 'product_id', time: 'created_at' });
    expect(sketch?.columns.map(({ kind, filled }) => [kind, filled])).toEqual([
      ['integer', 0.5],
      ['text', 1],
      ['text', 1],
      ['text', 0.5],
      ['date', 0.5],
    ]);
    expect(sinks[0]?.interactions).toEqual([
      { user: 'u1', item: 'B1', time: 1577934245, rating: 4 },
      { user: 'u2', item: 'B2', time: Number.NaN, rating: Number.NaN },
    ]);
  });

  it('takes the mapping that the user gave', async () => {
    const text = 'a;b;c;d\nx;y;1.5;hello\n';
    const mapping = { user: 'a', item: 'b', time: 'c', title: 'd', timeUnit: 'milliseconds' } as const;
    const { sinks } = await importMemory({ 'log.csv': text }, { mapping });
    expect(sinks[0]?.interactions).toEqual([{ user: 'x', item: 'y', time: 0.0015, rating: Number.NaN }]);
    expect(sinks[0]?.items.get('y')).toMatchObject({ title: 'hello', text: 'hello.' });
    await expect(importMemory({ 'log.csv': text }, { mapping: { item: 'z' } })).rejects.toMatchObject({
      code: 'table/mapping',
      message: expect.stringContaining('came the column z'),
    });
  });

  it('reads events without names by their place, and a table of items beside them', async () => {
    const { candidates, sinks } = await importMemory({
      'd/events.tsv': '1\t10\t3.5\t1400000000\n2\t11\t4\t1400000001\n',
      'd/items.csv': 'id,name,description,genre\n10,Ten,A number,"x|y"\n11,Eleven,,z\n',
    });
    expect(candidates).toHaveLength(1);
    expect(candidates[0]?.label).toBe('TSV table of events, with a table of items');
    expect(sinks[0]?.interactions[0]).toEqual({ user: '1', item: '10', time: 1.4e9, rating: 3.5 });
    expect(sinks[0]?.items.get('10')).toMatchObject({ text: 'Ten. x, y. A number.', categories: ['x', 'y'] });
  });

  it('reads histories from JSON lines', async () => {
    const lines = ['{"user":"u","history":["a","b"],"target":"c"}', '{"user":"v","history":"a b","target":"d"}'];
    const { candidates, sinks } = await importMemory({ 'h.jsonl': lines.join('\n') });
    expect(candidates[0]?.needsMapping?.guess).toEqual({ user: 'user', history: 'history' });
    expect(sinks[0]?.sequences.map(({ items }) => items)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    const mapped = await importMemory(
      { 'h.jsonl': lines.join('\n') },
      { mapping: { user: 'user', item: 'target', history: 'history' } },
    );
    expect(mapped.sinks[0]?.sequences.map(({ items }) => items.join(''))).toEqual(['abc', 'abd']);
  });

  it.each(['snappy', 'zstd'])('reads Parquet packed with %s, row group by row group', async (codec) => {
    const { candidates, sinks } = await importMemory({ 'log.parquet': parquet(codec) });
    expect(candidates[0]?.needsMapping?.guess).toEqual({
      user: 'user_id',
      item: 'item',
      time: 'timestamp',
      rating: 'rating',
      categories: 'genres',
    });
    expect(sinks[0]?.interactions).toEqual([
      { user: 'u1', item: '7', time: 1577836800, rating: 5 },
      { user: 'u2', item: '8', time: 1577923200, rating: 4.5 },
      { user: 'u1', item: '9007199254740993', time: Number.NaN, rating: Number.NaN },
    ]);
    expect(sinks[0]?.rejected).toMatchObject([{ line: 4, reason: expect.stringContaining('`user_id`') }]);
    expect(sinks[0]?.items.get('7')?.categories).toEqual(['a', 'b']);
  });

  it('refuses broken Parquet with a typed error, wherever it is broken', async () => {
    const whole = parquet('snappy');
    let refused = 0;
    for (let at = 4; at < whole.length; at += 37) {
      const broken = whole.slice();
      broken[at] = (broken[at] ?? 0) ^ 0x55;
      const input = {
        file: 'a',
        sizeBytes: broken.length,
        slice: async (from: number, to: number) => broken.slice(from, to),
      };
      await (async () => {
        for await (const group of readParquet(input, ['user_id', 'item', 'genres']))
          expect(group.rowCount).toBeGreaterThan(0);
      })().catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'FormatError' });
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(0);
    const cut = await importMemory({ 'log.parquet': whole.subarray(0, -5) });
    expect(cut).toMatchObject({ candidates: [], unrecognised: ['log.parquet'] });
  });

  it('lists rows with too few fields and offers no table where there is none', async () => {
    const { sinks } = await importMemory({ 'log.csv': 'user,item\na,b\na\na,b,c\n,b\n' });
    expect(sinks[0]?.interactions).toHaveLength(1);
    expect(sinks[0]?.rejected.map(({ line, content }) => [line, content])).toEqual([
      [3, 'a'],
      [4, 'a,b,c'],
      [5, ',b'],
    ]);
    const none = await importMemory({
      'README.md': '# a, b\n',
      'config.json': '{\n"a": 1,\n"b": 2\n}',
      'x.txt': 'words',
    });
    expect(none.candidates).toEqual([]);
  });
});

describe('cells', () => {
  it.each([
    ['[\'a\', "b, c", d]', ['a', 'b, c', 'd']],
    ['["a"]', ['a']],
    ['a|b, c', ['a', 'b, c']],
    ['one', ['one']],
    [
      ['a', 1],
      ['a', '1'],
    ],
    [null, []],
  ])('lists %j', (value, list) => {
    expect(listOf(value)).toEqual(list);
  });

  it('tells times apart by magnitude and reads dates as UTC', () => {
    const place = { file: '' };
    expect(timeCell(1.5e9, undefined, place)).toBe(1.5e9);
    expect(timeCell('1500000000000', undefined, place)).toBe(1.5e9);
    expect(timeCell('2020-01-01 00:00:00', undefined, place)).toBe(1577836800);
    expect(timeCell('2020-01-01T01:00:00+01:00', undefined, place)).toBe(1577836800);
    expect(() => timeCell('2020-02-31', undefined, place)).toThrow('a date like');
    expect(() => timeCell('01/02/2020', undefined, place)).toThrow('a number');
  });
});
