import { describe, expect, it } from 'vitest';
import { importMemory } from '../../../test/fixtures/importSources';

describe('RecBole atomic files', () => {
  it('reads events and items by their typed columns, quotes being text', async () => {
    const { candidates, sinks } = await importMemory({
      'ml/ml.inter': 'user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t2\t3.5\t881250949\nx\n',
      'ml/ml.item': 'item_id:token\tmovie_title:token_seq\tclass:token_seq\n2\tThe "Film"\tDrama War\n',
      'ml/ml.user': 'user_id:token\tage:float\n1\t20\n',
    });
    expect(candidates).toMatchObject([{ format: 'recbole', domainName: 'ml', confidence: 1 }]);
    expect(candidates[0]?.label).toBe('RecBole atomic files: interactions and items');
    expect(sinks[0]?.interactions).toEqual([{ user: '1', item: '2', time: 881250949, rating: 3.5 }]);
    expect(sinks[0]?.items.get('2')).toMatchObject({
      title: 'The "Film"',
      text: 'The "Film". Drama War.',
      categories: ['Drama', 'War'],
    });
    expect(sinks[0]?.rejected).toMatchObject([{ file: 'ml/ml.inter', line: 3, content: 'x' }]);
  });

  it('reads histories of the benchmark files', async () => {
    const { sinks } = await importMemory({
      'G.train.inter': 'user_id:token\titem_id_list:token_seq\titem_id:token\nu\ta b\tc\n',
    });
    expect(sinks[0]?.sequences).toEqual([{ user: 'u', items: ['a', 'b', 'c'], times: null }]);
  });
});

describe('MovieLens', () => {
  it('reads the CSV edition with its tags, most used first', async () => {
    const { candidates, sinks } = await importMemory({
      'ml-latest/ratings.csv': 'userId,movieId,rating,timestamp\n1,10,4.0,964982703\n',
      'ml-latest/movies.csv':
        'movieId,title,genres\n10,"American President, The (1995)",Comedy|Drama\n11,X,(no genres listed)\n',
      'ml-latest/tags.csv': 'userId,movieId,tag,timestamp\n1,10,b,1\n2,10,Politics,1\n3,10,politics,1\n',
      'ml-latest/links.csv': 'movieId,imdbId,tmdbId\n10,1,2\n',
    });
    expect(candidates[0]).toMatchObject({ format: 'movielens', domainName: 'ml-latest' });
    expect(sinks[0]?.interactions).toEqual([{ user: '1', item: '10', time: 964982703, rating: 4 }]);
    expect(sinks[0]?.items.get('10')?.text).toBe('American President, The (1995). Comedy, Drama. politics, b.');
    expect(sinks[0]?.items.get('11')?.categories).toEqual([]);
  });

  it('reads 1M with Western letters, and 100K', async () => {
    const latin = Uint8Array.from('1::Misérables, Les (1995)::Drama|Musical\n', (letter) => letter.charCodeAt(0));
    const million = await importMemory({ 'ratings.dat': '1::1::5::978300760\n', 'movies.dat': latin });
    expect(million.sinks[0]?.items.get('1')).toMatchObject({
      title: 'Misérables, Les (1995)',
      categories: ['Drama', 'Musical'],
    });
    expect(million.sinks[0]?.interactions).toHaveLength(1);
    const flags = '0|1|0|0|0|1|0|0|0|0|0|0|0|0|0|0|0|0|0';
    const hundred = await importMemory({
      'ml-100k/u.data': '196\t242\t3\t881250949\n',
      'ml-100k/u.item': `242|Kolya (1996)|24-Jan-1997||http://us.imdb.com/|${flags}\n`,
    });
    expect(hundred.sinks[0]?.items.get('242')).toMatchObject({
      title: 'Kolya (1996)',
      categories: ['Action', 'Comedy'],
    });
    expect(hundred.sinks[0]?.interactions).toEqual([{ user: '196', item: '242', time: 881250949, rating: 3 }]);
  });
});
