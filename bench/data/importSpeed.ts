/** What the import of generated files is measured by, the same in Node and in a page. */
import type { Candidate } from '../../src/data/import/candidate';
import { importCandidate, recognise } from '../../src/data/import/recognise';
import type { ByteSource, ImportSink } from '../../src/data/import/sink';
import { type CatalogueShape, reviewLines } from './catalogue';

export interface ImportMeasure {
  readonly seconds: number;
  readonly interactions: number;
  readonly items: number;
  readonly rejected: number;
}

/** Keeps nothing but counts: what is measured is bytes -> checked rows, without the store behind the sink. */
class CountingSink implements ImportSink {
  interactions = 0;
  items = 0;
  rejected = 0;
  interaction(): void {
    this.interactions++;
  }
  item(): void {
    this.items++;
  }
  sequence(): void {
    this.interactions++;
  }
  async image(): Promise<void> {
    this.items++;
  }
  vector(): void {}
  codes(): void {}
  reject(): void {
    this.rejected++;
  }
  progress(): void {}
  async settle(): Promise<void> {}
}

/** Recognises and reads `sources` into nothing. @throws Error when the counts are not those of `shape` */
export async function measureImport(sources: readonly ByteSource[], shape: CatalogueShape): Promise<ImportMeasure> {
  const sink = new CountingSink();
  const start = performance.now();
  const { candidates } = await recognise(sources);
  const [candidate]: Candidate[] = candidates;
  if (candidate === undefined || candidates.length !== 1) throw new Error(`${candidates.length} candidates`);
  await importCandidate(candidate, sink, {}, new AbortController().signal);
  const seconds = (performance.now() - start) / 1000;
  const { interactions, items, rejected } = sink;
  if (interactions !== shape.reviews || items !== shape.items || rejected !== 0) {
    throw new Error(`counted ${interactions} reviews, ${items} items, ${rejected} bad rows`);
  }
  return { seconds, interactions, items, rejected };
}

/**
 * The yardstick: `JSON.parse` of lines that are in memory already, in MB (10^6 bytes of UTF-8) a second of `clock` (milliseconds);
 * median of 5.
 */
export function measureParse(shape: CatalogueShape, clock: () => number = () => performance.now()): number {
  const text = [...reviewLines({ ...shape, reviews: Math.min(shape.reviews, 100_000) })].join('');
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let from = 0;
  for (let to = bytes.indexOf(10); to >= 0; to = bytes.indexOf(10, from)) {
    lines.push(decoder.decode(bytes.subarray(from, to)));
    from = to + 1;
  }
  const rates: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = clock();
    let ratings = 0;
    for (const line of lines) ratings += JSON.parse(line).rating;
    if (!(ratings > 0)) throw new Error('nothing parsed');
    rates.push(bytes.length / 1000 / (clock() - start));
  }
  return rates.sort((a, b) => a - b)[2] ?? 0;
}
