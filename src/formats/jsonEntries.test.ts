import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamOf } from '../../test/fixtures/byteStreams';
import { FormatError } from '../base/errors';
import { type JsonEntriesOptions, readJsonEntries } from './jsonEntries';

async function entriesOf(text: string | Uint8Array, chunkBytes: number, options: Partial<JsonEntriesOptions> = {}) {
  const entries: unknown[] = [];
  const bad: string[] = [];
  await readJsonEntries(streamOf(text, chunkBytes), {
    file: 'a.json',
    onEntry: ({ parent, key, value }) => entries.push(options.depth === 2 ? [parent, key, value] : [key, value]),
    onBad: (error, line, column) => bad.push(`${line}:${column} ${error.code}`),
    ...options,
  });
  return { entries, bad };
}

describe('readJsonEntries', () => {
  it('gives the entries of one object whatever the chunks', async () => {
    const text = '\ufeff {"a": [1, {"x": "}],{"}], "b\\"": "é,", \n "c": {} , "d":null}\n ';
    for (const chunkBytes of [1, 2, 3, 7, 1000]) {
      const { entries, bad } = await entriesOf(text, chunkBytes);
      expect(bad).toEqual([]);
      expect(entries).toEqual([
        ['a', [1, { x: '}],{' }]],
        ['b"', 'é,'],
        ['c', {}],
        ['d', null],
      ]);
    }
    expect(await entriesOf('{}', 1)).toEqual({ entries: [], bad: [] });
  });

  it('gives the entries of inner objects and lists, wanted ones only', async () => {
    const text = '{"user2id": {"u": 1, "v": 2}, "n": 3, "id2item": ["[PAD]", "B1", ["x"]], "e": []}';
    const { entries } = await entriesOf(text, 3, { depth: 2, wants: (parent) => parent !== 'user2id' });
    expect(entries).toEqual([
      ['id2item', '', '[PAD]'],
      ['id2item', '', 'B1'],
      ['id2item', '', ['x']],
    ]);
  });

  it('lists bad entries with their place and goes on', async () => {
    const good = await entriesOf('{"a":[1],\n "b":[1,], "__proto__":[2], "c":[3]}', 5);
    expect(good).toEqual({
      entries: [
        ['a', [1]],
        ['c', [3]],
      ],
      bad: ['2:2 json/syntax', '2:12 json/key'],
    });
  });

  it.each([
    ['[1]', 'json/object'],
    ['"a"', 'json/object'],
    ['{"a":1} x', 'json/object'],
    ['{"a":1}{', 'json/object'],
    ['{"a":1]', 'json/object'],
    ['{"a":1', 'json/truncated'],
    ['', 'json/truncated'],
    ['{"a":"', 'json/truncated'],
    [`{"a":"${'x'.repeat(200)}"}`, 'json/tooLong'],
  ])('refuses %s', async (text, code) => {
    await expect(entriesOf(text, 4, { maxEntryBytes: 100 })).rejects.toMatchObject({ code });
  });

  it('agrees with JSON.parse on any object, and throws only FormatError on any bytes (5,000 cases each)', async () => {
    const object = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(
        object,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 2 }),
        async (value, chunk, indent) => {
          const text = JSON.stringify(value, null, indent);
          fc.pre(!/__proto__|prototype|constructor/.test(text));
          const { entries, bad } = await entriesOf(text, chunk);
          expect(bad).toEqual([]);
          expect(entries).toEqual(Object.entries(JSON.parse(text)));
        },
      ),
      { numRuns: 5000 },
    );
    const noise = fc.string({
      unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '1', ' ', '\n'),
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(noise, fc.constantFrom<1 | 2>(1, 2), async (text, depth) => {
        await entriesOf(text, 4, { depth }).catch((error: unknown) => {
          if (!(error instanceof FormatError)) throw error;
        });
      }),
      { numRuns: 5000 },
    );
  });
});
