import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvRecords, sniffDelimiter } from './csv';

function read(text: string, delimiter = ',', hasQuotes = true) {
  const records: (readonly string[])[] = [];
  const lines: number[] = [];
  const bad: [number, string][] = [];
  const csv = new CsvRecords({
    file: 'a.csv',
    delimiter,
    hasQuotes,
    onRecord: (fields, line) => {
      records.push(fields);
      lines.push(line);
    },
    onBad: (error, line) => bad.push([line, error.code]),
  });
  text.split('\n').forEach((line, index) => {
    csv.push(line, index + 1);
  });
  csv.finish();
  return { records, lines, bad };
}

describe('CsvRecords', () => {
  it('reads quotes, doubled quotes, delimiters and line ends inside quotes, empty fields', () => {
    const { records, lines } = read('a,b,c\n"x, ""y""",,"two\nlines"\n1,5" tall,\n');
    expect(records).toEqual([
      ['a', 'b', 'c'],
      ['x, "y"', '', 'two\nlines'],
      ['1', '5" tall', ''],
    ]);
    expect(lines).toEqual([1, 2, 4]);
  });

  it('refuses text after a closing quote and goes on', () => {
    expect(read('"a"b,c\nd,e')).toEqual({ records: [['d', 'e']], lines: [2], bad: [[1, 'csv/quote']] });
  });

  it('gives up an unclosed quote and keeps the lines after it', () => {
    const { records, bad } = read('"open,1\na,2\nb,3');
    expect(records).toEqual([
      ['a', '2'],
      ['b', '3'],
    ]);
    expect(bad).toEqual([[1, 'csv/open']]);
  });

  it('takes linear time on a file whose every line opens a quote', () => {
    const count = 200_000;
    const { bad } = read('"x\n'.repeat(count));
    // Pairs of lines close each other's quotes: "x\n" + "x is a quoted field with text behind it.
    expect(bad.length).toBe(count / 2);
    const alone = read(`${'y,"x\n'.repeat(3)}${'z\n'.repeat(50_000)}`);
    expect(alone.records.length).toBeGreaterThan(49_000);
  });

  it('takes quotes as text where the format has none', () => {
    expect(read('"a\tb"\tc', '\t', false).records).toEqual([['"a', 'b"', 'c']]);
  });

  it('gives back any table that was written by the rules (2,000 cases)', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '\t', 'é', '\0'), maxLength: 8 });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    const quote = (value: string): string =>
      /[",\n]/.test(value) || value.trim() === '' ? `"${value.replaceAll('"', '""')}"` : value;
    fc.assert(
      fc.property(table, (rows) => {
        const { records, bad } = read(rows.map((row) => row.map(quote).join(',')).join('\n'));
        expect(bad).toEqual([]);
        expect(records).toEqual(rows);
      }),
      { numRuns: 2000 },
    );
  });

  it('throws nothing on arbitrary text (20,000 cases)', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\0', '\ufeff', '\ud800'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (input) => {
        const { records, bad } = read(input);
        expect(records.length + bad.length).toBeLessThanOrEqual(input.split('\n').length);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('sniffDelimiter', () => {
  it.each([
    [['a,b,c', '1,"x;y",3'], ','],
    [['a\tb', '1,5\t2,5'], '\t'],
    [['a;b', '1,5;2'], ';'],
    [['plain text', 'more text'], null],
  ])('%j', (lines, delimiter) => {
    expect(sniffDelimiter(lines)).toBe(delimiter);
  });
});
