import { describe, expect, it } from 'vitest';
import { ranked } from './rank';

const titles = (query: string): readonly string[] =>
  ranked(
    [
      { title: 'Go to Data', words: 'import domains' },
      { title: 'Import data' },
      { title: 'Data card' },
      { title: 'Update' },
    ],
    query,
  ).map(({ title }) => title);

describe('ranked', () => {
  it('prefers the start of the title, then of a word, then any place, then further words', () => {
    expect(titles('da')).toEqual(['Data card', 'Go to Data', 'Import data', 'Update']);
    expect(titles('import')).toEqual(['Import data', 'Go to Data']);
  });
  it('wants every word', () => {
    expect(titles('data go')).toEqual(['Go to Data']);
    expect(titles('nothing')).toEqual([]);
  });
  it('leaves all in their order for an empty query', () => {
    expect(titles('  ')).toHaveLength(4);
  });
});
