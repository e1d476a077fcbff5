import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamOf } from '../../test/fixtures/byteStreams';
import { FormatError } from '../base/errors';
import { type LineBlockOptions, readLineBlocks } from './lineBlocks';

async function linesOf(stream: ReadableStream<Uint8Array>, options: Partial<LineBlockOptions> = {}) {
  const lines: string[] = [];
  const bad: [number, string, string][] = [];
  const onBadLine = (error: FormatError, line: number, beginning: string): void => {
    bad.push([line, error.code, beginning]);
  };
  for await (const block of readLineBlocks(stream, { file: 'a', onBadLine, ...options })) {
    expect(block.firstLine).toBe(lines.length + 1);
    lines.push(...block.lines);
  }
  return { lines, bad };
}

describe('readLineBlocks', () => {
  it('gives the lines of a text whatever the chunks, marks and line ends (3,000 cases)', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '’', '😀', ' ', '\0', '"'), maxLength: 12 });
    const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (all, hasMark, isOpen, chunk) => {
          const whole = all.map(([own, end]) => own + end).join('');
          const bytes = (hasMark ? '\ufeff' : '') + (isOpen ? `${whole}tail` : whole);
          const { lines, bad } = await linesOf(streamOf(bytes, chunk));
          expect(bad).toEqual([]);
          // A mark without a line after it is an empty last line.
          const expected = [
            ...all.map(([own]) => own),
            ...(isOpen ? ['tail'] : hasMark && all.length === 0 ? [''] : []),
          ];
          expect(lines).toEqual(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('agrees with a plain splitter on arbitrary bytes, bad lines being empty (20,000 cases)', async () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 20 }), async (all, chunk) => {
        fc.pre(all[0] !== 0xef);
        const { lines, bad } = await linesOf(streamOf(all, chunk), { maxLineBytes: 20 });
        const expected = Buffer.from(all).toString('latin1').split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(lines.length).toBe(expected.length);
        expected.forEach((line, index) => {
          const own = Buffer.from(line, 'latin1');
          const isBad = bad.some(([number]) => number === index + 1);
          if (isBad) expect(lines[index]).toBe('');
          else expect(lines[index]).toBe(decoder.decode(own).replace(/\r$/, ''));
        });
      }),
      { numRuns: 20_000 },
    );
  });

  it('refuses long lines with their beginning, wherever the chunks cut them', async () => {
    const text = `short\n${'x'.repeat(300)}\nnext\n${'y'.repeat(300)}`;
    for (const chunk of [1, 7, 64, 150, 320, 5000]) {
      const { lines, bad } = await linesOf(streamOf(text, chunk), { maxLineBytes: 100 });
      expect(lines).toEqual(['short', '', 'next', '']);
      expect(bad.map(([line, code, beginning]) => [line, code, beginning[0]])).toEqual([
        [2, 'lines/tooLong', 'x'],
        [4, 'lines/tooLong', 'y'],
      ]);
    }
  });

  it('reads Western letters where told to', async () => {
    const bytes = Uint8Array.of(0xe9, 10, 0xc3, 0xa9, 10);
    expect((await linesOf(streamOf(bytes))).bad).toMatchObject([[1, 'lines/utf8', expect.anything()]]);
    expect((await linesOf(streamOf(bytes), { fallbackEncoding: 'windows-1252' })).lines).toEqual(['é', 'é']);
  });

  it('tells the source when the reader stops early', async () => {
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(10)),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const _ of readLineBlocks(endless, { file: 'a' })) break;
    expect(isCancelled).toBe(true);
  });

  it('holds no more than a line and a block of an endless line (256 MiB), in linear time', async () => {
    let left = 4096;
    const chunk = new Uint8Array(65_536).fill(0x61);
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const before = process.memoryUsage().external;
    const { bad } = await linesOf(endless);
    expect(bad).toHaveLength(1);
    expect(process.memoryUsage().external - before).toBeLessThan(64 * 2 ** 20);
  });

  it('throws by itself where nobody takes bad lines', async () => {
    const reading = (async () => {
      for await (const block of readLineBlocks(streamOf(Uint8Array.of(0xff, 10)), { file: 'a' }))
        expect(block).toBeNull();
    })();
    await expect(reading).rejects.toBeInstanceOf(FormatError);
  });
});
