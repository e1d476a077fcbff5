import { describe, expect, it } from 'vitest';
import { ConfigError, ShapeError } from '../base/errors';
import { mixSeed, uniformGenerator } from '../base/random';
import { metricsFromRanks } from './metrics';
import type { Protocol } from './protocol';
import { acrossSeeds, type RunResult, resultsTable, type SystemResult } from './resultsTable';
import { formatTable, tableCsv, tableLatex, tableMarkdown } from './tableFormats';

const USERS = 400;
const protocol: Protocol = {
  data: 'toys & games',
  split: 'test',
  users: USERS,
  items: 1000,
  ranking: { kind: 'scores' },
  seenItems: 'kept',
};

/** Ranks whose targets are hit in the first ten for a share of the users. */
function run(seed: number, share: number, extra: Partial<RunResult> = {}): RunResult {
  const uniform = uniformGenerator(mixSeed(seed, 77));
  const ranks = Uint32Array.from({ length: USERS }, () =>
    uniform() < share ? 1 + Math.floor(uniform() * 10) : 11 + Math.floor(uniform() * 900),
  );
  return { seed, users: Uint32Array.from({ length: USERS }, (_, user) => user * 2), ranks, ...extra };
}
const system = (name: string, runs: readonly RunResult[]): SystemResult => ({ name, protocol, runs });

const popular = system('Most-popular', [run(1, 0.1)]);
const strong = system('SASRec_CE', [run(2, 0.5), run(3, 0.5), run(4, 0.52)]);
const middle = system('GRU4Rec', [run(5, 0.3), run(6, 0.31)]);
const family = { baseline: 'Most-popular', test: 'randomisation' } as const;
const options = { cutoffs: [5, 10], kinds: ['recall', 'ndcg'] } as const;

describe('resultsTable', () => {
  it('has means and sample deviations over seeds, none for one seed', () => {
    const table = resultsTable([popular, strong], options);
    expect(table.columns).toEqual(['R@5', 'N@5', 'R@10', 'N@10']);
    const recalls = strong.runs.map(({ ranks }) => ranks.filter((rank) => rank <= 10).length / USERS);
    const mean = recalls.reduce((a, b) => a + b) / 3;
    const deviation = Math.sqrt(recalls.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
    expect(table.rows[1]?.cells[2]?.mean).toBeCloseTo(mean, 14);
    expect(table.rows[1]?.cells[2]?.deviation).toBeCloseTo(deviation, 14);
    expect(table.rows[0]?.cells.every((cell) => cell.deviation === null)).toBe(true);
    expect(acrossSeeds([1])).toEqual({ mean: 1, deviation: null });
  });

  it('marks the best and the second by the printed number, equal numbers alike, and a lone system not at all', () => {
    const places = resultsTable([popular, strong, middle], options).rows.map(({ cells }) => cells[2]?.place);
    expect(places).toEqual([null, 1, 2]);
    const twins = resultsTable([popular, { ...popular, name: 'again' }, { ...popular, name: 'third' }], options);
    expect(twins.rows.map(({ cells }) => cells[0]?.place)).toEqual([1, 1, 1]);
    expect(resultsTable([popular], options).rows[0]?.cells[0]?.place).toBeNull();
  });

  it('has significance markers only when the family is declared, and prints its size', () => {
    const without = resultsTable([popular, strong, middle], options);
    expect(without.rows.flatMap(({ cells }) => cells.map(({ marker }) => marker)).join('')).toBe('');
    expect(without.notes.join()).not.toContain('Holm');
    const declared = resultsTable([popular, strong, middle], { ...options, family });
    expect(declared.rows.map(({ cells }) => cells[2]?.marker)).toEqual(['', '*', '*']);
    expect(declared.notes.join()).toContain('Holm over a family of 8');
    const reversed = resultsTable([popular, strong], { ...options, family: { ...family, baseline: 'SASRec_CE' } });
    expect(reversed.rows[0]?.cells[2]?.marker).toBe('†');
    for (const test of ['t', 'wilcoxon'] as const)
      expect(
        resultsTable([popular, strong], { ...options, family: { ...family, test } }).rows[1]?.cells[2]?.marker,
      ).toBe('*');
  });

  it('does not mark systems that differ by luck', () => {
    const same = system('same', [run(8, 0.1)]);
    const table = resultsTable([popular, same], { ...options, family });
    expect(table.rows[1]?.cells.map(({ marker }) => marker).join('')).toBe('');
  });

  it('refuses other users and says which, other protocols and says where, and an unknown baseline', () => {
    const users = run(9, 0.2).users.slice();
    users[3] = 9999;
    const other = system('other', [run(9, 0.2, { users })]);
    expect(() => resultsTable([popular, other])).toThrow(ShapeError);
    expect(() => resultsTable([popular, other])).toThrow(/user 9999 only in other, user 6 only in Most-popular/);
    const removed = { ...middle, protocol: { ...protocol, seenItems: 'removed' } } as const;
    expect(() => resultsTable([popular, removed])).toThrow(/seenItems: kept and removed/);
    expect(() => resultsTable([popular], { family: { ...family, baseline: 'none' } })).toThrow(ConfigError);
    expect(() => resultsTable([])).toThrow(ConfigError);
  });

  it('shows whole-run numbers at its cut-offs, and says where one was not measured', () => {
    const covered = (seed: number) => run(seed, 0.3, { whole: { 'Cov@10': 0.25, 'Pop@10': 1.5 } });
    const table = resultsTable([system('a', [covered(1)]), system('b', [covered(2)])], options);
    expect(table.columns.slice(-2)).toEqual(['Cov@10', 'Pop@10']);
    expect(table.rows[0]?.cells.at(-1)).toMatchObject({ text: '1.5000', place: null });
    const mixed = resultsTable([system('a', [covered(1)]), popular], options);
    expect(mixed.rows[1]?.cells.at(-1)).toMatchObject({ text: '–', deviation: null });
    expect(tableCsv(mixed).split('\n').at(-2)).toMatch(/,,$/);
    expect(resultsTable([system('a', [covered(1)])], { ...options, cutoffs: [5] }).columns).toEqual(['R@5', 'N@5']);
  });
});

describe('formats of a results table', () => {
  const table = resultsTable([popular, strong, middle], { ...options, family });
  const numbers = (text: string): string[] => text.match(/0\.\d{4}/g) ?? [];
  const wanted = table.rows.flatMap(({ cells }) =>
    cells.flatMap(({ text, deviationText }) => (deviationText === null ? [text] : [text, deviationText])),
  );

  it('carry identical numbers', () => {
    expect(numbers(tableLatex(table).split('\\midrule')[1] ?? '')).toEqual(wanted);
    expect(numbers(tableMarkdown(table).split('---:')[4] ?? '')).toEqual(wanted);
    const plain = resultsTable([popular, strong, middle], options);
    const csv = tableCsv(plain)
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .slice(1)
      .join('\n');
    expect(numbers(csv)).toEqual(wanted);
    const parsed = JSON.parse(formatTable(table, 'json')) as typeof table;
    expect(parsed.rows.flatMap(({ cells }) => cells.map(({ text }) => text))).toEqual(
      table.rows.flatMap(({ cells }) => cells.map(({ text }) => text)),
    );
    expect(numbers(formatTable(table, 'text').split('\n\n')[0] ?? '')).toEqual(wanted);
  });

  it('carry the protocol card', () => {
    for (const format of ['csv', 'latex', 'markdown', 'text', 'json'])
      expect(formatTable(table, format)).toContain('items of the history stay candidates');
  });

  it('escape what LaTeX and CSV would read', () => {
    expect(tableLatex(table)).toContain('SASRec\\_CE');
    const odd = resultsTable([{ ...popular, name: 'a, "b"\\^' }], options);
    expect(tableCsv(odd)).toContain('"a, ""b""\\^"');
    expect(tableCsv(resultsTable([{ ...popular, name: '=1+1' }], options))).toContain("\n'=1+1,1,");
    expect(tableLatex(odd)).toContain('\\textbackslash{}\\textasciicircum{}');
    expect(tableLatex(table)).toContain('\\textbf{');
    expect(tableLatex(table)).toContain('\\underline{');
    expect(() => formatTable(table, 'html')).toThrow(ConfigError);
  });

  it('print the means of the definition', () => {
    const csv = tableCsv(resultsTable([popular], options))
      .split('\n')
      .at(-2);
    const means = metricsFromRanks(popular.runs[0]?.ranks ?? new Uint32Array()).map(({ mean }) => mean.toFixed(4));
    expect(csv).toBe(`Most-popular,1,${means.join(',')}`);
  });
});
