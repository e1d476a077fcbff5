import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors';
import { readZip, writeZip } from './zipArchive';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const FILES = new Map([
  ['run.json', text('{"a": 1}')],
  ['evaluations/test-x.json', text('x'.repeat(500))],
  ['best.safetensors', Uint8Array.from({ length: 3000 }, (_, i) => (i * 37) & 255)],
  ['empty.jsonl', new Uint8Array()],
]);
const GOOD = writeZip(FILES, (name) => name.endsWith('.safetensors'));

const view = (file: Uint8Array): DataView => new DataView(file.buffer, file.byteOffset, file.byteLength);
const directoryOf = (file: Uint8Array): number => view(file).getUint32(file.length - 22 + 16, true);
/** The good archive with bytes changed: at(file) is where, from the start. */
function patched(change: (file: Uint8Array, fields: DataView, directory: number) => void): Uint8Array {
  const file = GOOD.slice();
  change(file, view(file), directoryOf(file));
  return file;
}
/** Zip of any names; fflate checks none. */
const named = (...names: string[]): Uint8Array =>
  zipSync(Object.fromEntries(names.map((name) => [name, text('data')])), { level: 0 });

const ZEROS = { size: 64 * 2 ** 20, packed: zipSync({ 'a.json': new Uint8Array(64 * 2 ** 20) }, { level: 9 }) };

/** One deflated member whose stored sizes say `declared`. */
function bomb(bytes: number, declared = bytes): Uint8Array {
  const file = (bytes === ZEROS.size ? ZEROS.packed : zipSync({ 'a.json': new Uint8Array(bytes) })).slice();
  const fields = view(file);
  fields.setUint32(22, declared, true);
  fields.setUint32(directoryOf(file) + 24, declared, true);
  return file;
}

const HOSTILE: readonly (readonly [claim: string, code: string, file: Uint8Array])[] = [
  ['nothing', 'format', new Uint8Array()],
  ['text', 'format', text('not a zip at all, only forty bytes of text')],
  ['a cut end', 'format', GOOD.slice(0, -1)],
  ['only its end', 'format', GOOD.slice(-22)],
  ['bytes behind it', 'format', Uint8Array.from([...GOOD, 0])],
  ['bytes before it', 'format', Uint8Array.from([0, ...GOOD])],
  ['a comment', 'format', patched((file, fields) => fields.setUint16(file.length - 2, 1, true))],
  ['a second volume', 'unsupported', patched((file, fields) => fields.setUint16(file.length - 22 + 4, 1, true))],
  [
    'a count too high',
    'format',
    patched((file, fields) => {
      fields.setUint16(file.length - 14, 9, true);
      fields.setUint16(file.length - 12, 9, true);
    }),
  ],
  [
    'a count too low',
    'format',
    patched((file, fields) => {
      fields.setUint16(file.length - 14, 1, true);
      fields.setUint16(file.length - 12, 1, true);
    }),
  ],
  ['a directory elsewhere', 'format', patched((file, fields) => fields.setUint32(file.length - 6, 0, true))],
  ['zip64', 'unsupported', patched((file, fields) => fields.setUint32(file.length - 6, 0xffff_ffff, true))],
  ['no directory signature', 'format', patched((_, fields, at) => fields.setUint32(at, 0, true))],
  ['a member that begins elsewhere', 'format', patched((_, fields, at) => fields.setUint32(at + 42, 4, true))],
  ['an encrypted member', 'unsupported', patched((_, fields, at) => fields.setUint16(at + 8, 1, true))],
  ['a streamed member', 'unsupported', patched((_, fields, at) => fields.setUint16(at + 8, 8, true))],
  ['an unknown method', 'unsupported', patched((_, fields, at) => fields.setUint16(at + 10, 12, true))],
  ['a symbolic link', 'name', patched((_, fields, at) => fields.setUint32(at + 38, 0xa1ff_0000, true))],
  [
    'another local name',
    'format',
    patched((file) => {
      file[30] = 0x78;
    }),
  ],
  ['another local size', 'format', patched((_, fields) => fields.setUint32(22, 7, true))],
  [
    'another check sum',
    'corrupt',
    patched((_, fields, at) => {
      fields.setUint32(14, 5, true);
      fields.setUint32(at + 16, 5, true);
    }),
  ],
  [
    'a changed byte in a member',
    'corrupt',
    patched((file) => {
      const at = file.indexOf(37);
      file[at + 700] = (file[at + 700] ?? 0) ^ 1;
    }),
  ],
  ['an absolute name', 'name', named('/etc/passwd')],
  ['a parent name', 'name', named('../run.json')],
  ['a parent in the middle', 'name', named('a/../run.json')],
  ['a backslash', 'name', named('a\\run.json')],
  ['a drive', 'name', named('C:run.json')],
  ['a hidden file', 'name', named('.npmrc')],
  ['a folder', 'name', named('a/')],
  ['an empty name', 'name', named('')],
  ['a line end in a name', 'name', named('a\nb.json')],
  ['a bidi mark in a name', 'name', named('run\u202enosj.json')],
  ['a name of 500 letters', 'name', named('a'.repeat(500))],
  ['five folders', 'name', named('a/b/c/d/e.json')],
  ['the same name in two cases', 'duplicate', named('run.json', 'Run.json')],
  [
    'a member twice',
    'duplicate',
    (() => {
      const file = named('aa.json', 'ab.json');
      for (const at of [31, directoryOf(file) + 47, file.indexOf(98), file.lastIndexOf(98)]) file[at] = 0x61;
      return file;
    })(),
  ],
  ['64 MiB of zeros', 'ratio', bomb(ZEROS.size)],
  ['64 MiB that claim to be 10 bytes', 'corrupt', bomb(ZEROS.size, 10)],
  ['a claim of 3 GiB', 'tooLarge', bomb(100, 3 * 2 ** 30)],
  ['a claim that is too large', 'corrupt', bomb(100, 200)],
];

const codeOf = (file: Uint8Array): string => {
  try {
    readZip(file, 'x.tessera');
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('readZip', () => {
  it('gives back what was packed, the same bytes every time', () => {
    expect(readZip(GOOD, 'x')).toEqual(FILES);
    expect(writeZip(FILES, (name) => name.endsWith('.safetensors'))).toEqual(GOOD);
  });

  it.each(HOSTILE)('refuses an archive with %s (%s)', (_, code, file) => {
    expect(codeOf(file)).toBe(`archive/${code}`);
  });

  it('stops a bomb soon, without unpacking it', () => {
    const file = bomb(ZEROS.size);
    const started = performance.now();
    expect(codeOf(file)).toBe('archive/ratio');
    expect(performance.now() - started).toBeLessThan(300);
  });

  it('reads what it packed even if that packs like a bomb', () => {
    const ranks = text('4294967295,'.repeat(200_000));
    const back = readZip(writeZip(new Map([['ranks.json', ranks]])), 'x').get('ranks.json');
    expect(Buffer.compare(back ?? new Uint8Array(), ranks)).toBe(0);
  });

  it('has a limit of members', () => {
    const many = named(...Array.from({ length: 12 }, (_, i) => `${i}.json`));
    expect(() => readZip(many, 'x', { maxEntries: 11 })).toThrow('12');
  });

  it('throws nothing but FormatError on raw and on changed bytes (20,000 cases)', () => {
    const changed = fc
      .array(fc.tuple(fc.nat(GOOD.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const file = GOOD.slice();
        for (const [at, value] of changes) file[at] = value;
        return file;
      });
    const cut = fc
      .tuple(fc.nat(GOOD.length), fc.nat(GOOD.length))
      .map(([a, b]) => GOOD.slice(Math.min(a, b), Math.max(a, b)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 90 }), changed, cut), (file) => {
        codeOf(file);
      }),
      { numRuns: 20_000 },
    );
  }, 60_000);

  it('does not pack names that it would not open', () => {
    for (const name of ['../a.json', '/a', 'a b', ''])
      expect(() => writeZip(new Map([[name, text('x')]]))).toThrow(FormatError);
  });
});
