import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamOf } from '../../test/fixtures/byteStreams';
import { FormatError } from '../base/errors';
import { type JsonLine, type JsonLinesOptions, readJsonLines } from './jsonLines';
import { findDuplicateKey, parseStrictJson } from './strictJson';

async function readAll(
  content: string | Uint8Array,
  options: Partial<JsonLinesOptions> = {},
  chunk = 7,
): Promise<JsonLine[]> {
  const lines: JsonLine[] = [];
  for await (const line of readJsonLines(streamOf(content, chunk), { file: 'x.jsonl', ...options })) lines.push(line);
  return lines;
}

describe('readJsonLines', () => {
  it('reads objects with their line numbers through a byte-order mark, CR LF, blank lines and no last line end', async () => {
    const lines = await readAll('\ufeff{"a":1}\r\n\n  \r\n{"a":"é"}\n{"a":3}');
    expect(lines).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 4, value: { a: 'é' } },
      { line: 5, value: { a: 3 } },
    ]);
  });

  it.each([
    ['{"a":1}\n{"a":\n', 'json/syntax', 'line 2'],
    ['[1]', 'json/object', 'line 1'],
    ['3', 'json/object', 'line 1'],
    ['{"__proto__":{"x":1}}', 'json/key', '__proto__'],
    ['{"\\u005f_proto__":{"x":1}}', 'json/key', '__proto__'],
    ['{"a":[{"constructor":1}]}', 'json/key', 'constructor'],
    [`{"a":${'['.repeat(50)}${']'.repeat(50)}}`, 'json/depth', 'levels'],
    [`{"a":${'['.repeat(100_000)}}`, 'json/syntax', 'line 1'],
    ['{"a":"\u0000"}', 'json/syntax', 'line 1'],
  ])('refuses %j', async (content, code, words) => {
    const error = await readAll(content, {}, 4096).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(words);
    expect((error as Error).message).toContain('x.jsonl');
  });

  it('refuses bytes that are not UTF-8', async () => {
    await expect(readAll(Uint8Array.of(0x7b, 0xff, 0x7d))).rejects.toMatchObject({ code: 'lines/utf8' });
  });

  it('skips and reports bad lines when told to, long ones included', async () => {
    const bad: string[] = [];
    const onBadLine = (error: FormatError, line: number) => void bad.push(`${line} ${error.code}`);
    const content = `{"a":1}\nnope\n{"a":"${'x'.repeat(200)}"}\n{"a":2}`;
    const lines = await readAll(content, { maxLineBytes: 100, onBadLine });
    expect(lines.map(({ value }) => value.a)).toEqual([1, 2]);
    expect(bad).toEqual(['2 json/syntax', '3 lines/tooLong']);
  });

  it('tells the source when the loop is left early', async () => {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('{"a":1}\n')),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const _ of readJsonLines(stream, { file: 'x' })) break;
    expect(isCancelled).toBe(true);
  });

  it('only ever throws FormatError on arbitrary bytes and never touches a prototype (20,000 cases)', async () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json({ maxDepth: 3 }).map((text) => new TextEncoder().encode(text)),
      fc
        .array(fc.constantFrom('{', '}', '"', '__proto__', ':', ',', '[', ']', '\\u', '\n', '\r', '\ufeff', '1e9'))
        .map((parts) => new TextEncoder().encode(parts.join(''))),
    );
    await fc.assert(
      fc.asyncProperty(noise, fc.integer({ min: 1, max: 20 }), async (bytes, chunk) => {
        try {
          await readAll(bytes, { maxLineBytes: 40 }, chunk);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  }, 120_000);
});

describe('strictJson', () => {
  it('keeps ordinary values as they are', () => {
    const value = { a: [1, null, true, { b: 'x' }] };
    expect(parseStrictJson(JSON.stringify(value), { file: 'x' })).toEqual(value);
  });

  it('finds a repeated key, also behind escapes, and not across objects', () => {
    expect(findDuplicateKey('{"a":1,"b":{"a":2},"c":["a","a"]}')).toBeNull();
    expect(findDuplicateKey('{"a":1,"\\u0061" : 2}')).toBe('a');
    expect(findDuplicateKey('{"x":[{"k":1,"q":"\\"","k":3}]}')).toBe('k');
  });
});
