/**
 * Counts that papers and data sets' own pages give, to hold an import against. Sources: UTGRec (Zheng et al. 2025), table 1,
 * for Amazon Reviews 2023; S3-Rec (Zhou et al. 2020), table 1, for Amazon 2014; LC-Rec (Zheng et al. 2024), table 1, for Amazon 2018;
 * the read-me files of MovieLens (Harper and Konstan 2015).
 */
import { is, number, object } from 'valibot';
import type { DomainInfo, DomainStatistics } from '../../worker/protocol/data';

export interface Published {
  readonly version: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

type Row = readonly [word: string, version: string, users: number, items: number, interactions: number];

const ROWS: readonly Row[] = [
  ['instrument', 'Amazon 2023, 5-core', 57_439, 24_587, 511_836],
  ['scientific', 'Amazon 2023, 5-core', 50_985, 25_848, 412_947],
  ['game', 'Amazon 2023, 5-core', 94_762, 25_612, 814_586],
  ['office', 'Amazon 2023, 5-core', 223_308, 77_551, 1_577_570],
  ['instrument', 'Amazon 2018, 5-core', 24_772, 9_922, 206_153],
  ['game', 'Amazon 2018, 5-core', 50_546, 16_859, 452_989],
  ['beauty', 'Amazon 2014, 5-core', 22_363, 12_101, 198_502],
  ['sport', 'Amazon 2014, 5-core', 35_598, 18_357, 296_337],
  ['toy', 'Amazon 2014, 5-core', 19_412, 11_924, 167_597],
  ['movielens', 'MovieLens latest-small', 610, 9_742, 100_836],
  ['movielens', 'MovieLens 1M', 6_040, 3_706, 1_000_209],
  ['movielens', 'MovieLens 100K', 943, 1_682, 100_000],
  ['ml-', 'MovieLens latest-small', 610, 9_742, 100_836],
  ['ml-', 'MovieLens 1M', 6_040, 3_706, 1_000_209],
  ['ml-', 'MovieLens 100K', 943, 1_682, 100_000],
];

/** Beyond twice or half the interactions it is another data set. */
const FAR = Math.log(2);

/** The published version of a domain of that name with the nearest number of interactions, or null. */
export function publishedFor(
  name: string,
  counts: Pick<DomainStatistics, 'users' | 'items' | 'interactions'>,
): Published | null {
  const distance = ([, , , , interactions]: Row): number =>
    Math.abs(Math.log((counts.interactions + 1) / (interactions + 1)));
  const known = ROWS.filter((row) => name.toLowerCase().includes(row[0]) && distance(row) < FAR);
  const [nearest] = known.toSorted((a, b) => distance(a) - distance(b));
  if (!nearest) return null;
  const [, version, users, items, interactions] = nearest;
  return { version, users, items, interactions };
}

const CLAIM = object({ published: object({ users: number(), items: number(), interactions: number() }) });

/** Counts that came with the files, or null. */
export function claimedBy({ origin }: Pick<DomainInfo, 'origin'>): Published | null {
  const options: unknown = JSON.parse(origin.options);
  return is(CLAIM, options) ? { version: 'as the files say', ...options.published } : null;
}
