/**
 * MovieLens: the CSV editions (`ratings.csv`, `movies.csv`, `tags.csv`), 1M and 10M (`ratings.dat`, `movies.dat`, `tags.dat`,
 * fields between `::`, Western letters) and 100K (`u.data`, `u.item`).
 * Item text: title, genres, up to 10 tags, the most used first.
 */
import type { Place } from '../../formats/formatProblem';
import { type Candidate, type ImportContext, type ImportPart, partsOf } from './candidate';
import { idCell, numberCell } from './cells';
import type { RecordOptions } from './inputMeter';
import { sentences } from './itemWords';
import type { ByteSource } from './sink';
import { byFolder, folderName, type Sniffed, sniffedLines } from './sniff';

const TAGS_KEPT = 10;
/** Distinct (film, tag) pairs counted; the largest edition has 1.1 million. Later new ones are left out. */
const MAX_TAG_PAIRS = 5_000_000;
const NO_GENRES = '(no genres listed)';
/** Order of the 19 flags at the end of a `u.item` line. */
// biome-ignore format: a table
const GENRES_100K = [
  '', 'Action', 'Adventure', 'Animation', "Children's", 'Comedy', 'Crime', 'Documentary', 'Drama', 'Fantasy', 'Film-Noir',
  'Horror', 'Musical', 'Mystery', 'Romance', 'Sci-Fi', 'Thriller', 'War', 'Western',
];

/** One candidate a folder that has ratings. */
export function recogniseMovieLens(inputs: readonly Sniffed[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const [folder, files] of byFolder(inputs)) {
    const parts = files.flatMap((input): ImportPart[] => {
      const role = roleOf(input);
      return role === null ? [] : [{ role, source: input.source }];
    });
    if (!parts.some(({ role }) => role === 'ratings')) continue;
    const has = (role: string): boolean => parts.some((part) => part.role === role);
    const kinds = ['ratings', has('movies') ? 'films' : '', has('tags') ? 'tags' : ''].filter((kind) => kind !== '');
    candidates.push({
      format: 'movielens',
      label: `MovieLens: ${kinds.join(', ')}`,
      confidence: 1,
      domainName: folderName(folder) || 'MovieLens',
      parts,
      isAddition: false,
    });
  }
  return candidates;
}

function roleOf(input: Sniffed): string | null {
  const [first = ''] = sniffedLines(input, 1);
  const { plainName } = input;
  if (plainName === 'ratings.csv' && first.startsWith('userId,movieId,rating')) return 'ratings';
  if (plainName === 'movies.csv' && first.startsWith('movieId,title,genres')) return 'movies';
  if (plainName === 'tags.csv' && first.startsWith('userId,movieId,tag')) return 'tags';
  if (plainName === 'ratings.dat' && /^\d+::\d+::[\d.]+::\d+$/.test(first)) return 'ratings';
  if (plainName === 'movies.dat' && /^\d+::.+::/.test(first)) return 'movies';
  if (plainName === 'tags.dat' && /^\d+::\d+::.+::\d+$/.test(first)) return 'tags';
  if (plainName === 'u.data' && /^\d+\t\d+\t\d\t\d+$/.test(first)) return 'ratings';
  if (plainName === 'u.item' && /^\d+\|.*\|/.test(first)) return 'movies';
  return null;
}

/** Reads the parts `tags`, `movies` and `ratings`. */
export async function readMovieLens(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  const { sink } = context;
  const tagsOf = await readTags(parts, context);
  for (const source of partsOf(parts, 'movies')) {
    const is100k = /u\.item(\.gz)?$/i.test(source.name);
    await eachRow(source, context, (fields, place) => {
      const id = idCell(fields[0], { ...place, field: 'movieId' });
      const title = (fields[1] ?? '').trim();
      const flags = is100k ? fields.slice(5) : [];
      const genres = is100k
        ? GENRES_100K.filter((genre, index) => genre !== '' && flags[index] === '1')
        : (fields[2] ?? '').split('|').filter((genre) => genre !== '' && genre !== NO_GENRES);
      const text = sentences([title, genres.join(', '), (tagsOf.get(id) ?? []).join(', ')]);
      sink.item({ id, title, text, categories: genres, brand: '', imageUrl: '' });
    });
  }
  for (const source of partsOf(parts, 'ratings')) {
    await eachRow(source, context, (fields, place) => {
      const user = idCell(fields[0], { ...place, field: 'userId' });
      const item = idCell(fields[1], { ...place, field: 'movieId' });
      const rating = numberCell(fields[2], { ...place, field: 'rating' });
      sink.interaction(user, item, numberCell(fields[3], { ...place, field: 'timestamp' }), rating);
    });
  }
}

/** The most used tags of each film. */
async function readTags(parts: readonly ImportPart[], context: ImportContext): Promise<Map<string, string[]>> {
  const counts = new Map<string, Map<string, number>>();
  let pairs = 0;
  for (const source of partsOf(parts, 'tags')) {
    await eachRow(source, context, (fields, place) => {
      const id = idCell(fields[1], { ...place, field: 'movieId' });
      const tag = (fields[2] ?? '').trim().toLowerCase();
      if (tag === '') return;
      const own = counts.get(id) ?? new Map<string, number>();
      const uses = own.get(tag) ?? 0;
      if (uses === 0 && ++pairs > MAX_TAG_PAIRS) return;
      counts.set(id, own.set(tag, uses + 1));
    });
  }
  const mostUsed = ([, own]: [string, Map<string, number>]): string[] =>
    [...own]
      .sort(([a, uses], [b, others]) => others - uses || (a < b ? -1 : 1))
      .slice(0, TAGS_KEPT)
      .map(([tag]) => tag);
  return new Map([...counts].map((entry) => [entry[0], mostUsed(entry)]));
}

async function eachRow(
  source: ByteSource,
  { meter }: ImportContext,
  onRow: (fields: readonly string[], place: Place) => void,
): Promise<void> {
  const file = source.name;
  const isCsv = /\.csv(\.gz)?$/i.test(file);
  await meter.eachRecord(source, {
    ...layoutOf(file),
    onRecord: (fields, line) => {
      if (isCsv && line === 1) return;
      onRow(fields, { file, line });
    },
  });
}

function layoutOf(file: string): Omit<RecordOptions, 'onRecord'> {
  if (/\.csv(\.gz)?$/i.test(file)) return { delimiter: ',' };
  const old = { hasQuotes: false, fallbackEncoding: 'windows-1252' } as const;
  if (/\.dat(\.gz)?$/i.test(file)) return { ...old, delimiter: '::' };
  return { ...old, delimiter: /u\.item(\.gz)?$/i.test(file) ? '|' : '\t' };
}
