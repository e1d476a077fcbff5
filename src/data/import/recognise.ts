/** The registry of importers: what a set of inputs is, and how to read it. */
import { readAmazonReviews, readAmazonTables } from './amazon2023';
import { expandArchives } from './archives';
import type { Candidate, ImportContext, ImportFormat, ImportOptions, ImportPart } from './candidate';
import { readImageFiles } from './imageFiles';
import { InputMeter } from './inputMeter';
import { readMovieLens, recogniseMovieLens } from './movieLens';
import { readRecbole, recogniseRecbole } from './recbole';
import { recogniseAmazon } from './recogniseAmazon';
import { recogniseTesseraFolders } from './recogniseFolder';
import { recogniseAdditions, recogniseReferenceLayout } from './recogniseReference';
import { recogniseTables } from './recogniseTables';
import { readReferenceLayout, readSemanticIdFiles } from './referenceLayout';
import type { ByteSource, ImportSink } from './sink';
import { type Sniffed, sniff } from './sniff';
import { readTables } from './tables';
import { readTesseraFolder } from './tesseraFolder';
import { readVectorFiles } from './vectors';

type Recogniser = (inputs: readonly Sniffed[]) => Candidate[] | Promise<Candidate[]>;

/** In order: each takes the inputs it claims away from those after it, the vaguest last. */
const RECOGNISERS: readonly Recogniser[] = [
  recogniseTesseraFolders,
  recogniseAmazon,
  recogniseMovieLens,
  recogniseRecbole,
  recogniseReferenceLayout,
  recogniseAdditions,
  recogniseTables,
];

type Reader = (parts: readonly ImportPart[], context: ImportContext) => Promise<void>;

const READERS: Readonly<Record<ImportFormat, Reader>> = {
  tessera: readTesseraFolder,
  amazon2023: readAmazonReviews,
  amazon2023csv: readAmazonTables,
  reference: readReferenceLayout,
  images: readImageFiles,
  vectors: readVectorFiles,
  codes: readSemanticIdFiles,
  table: readTables,
  recbole: readRecbole,
  movielens: readMovieLens,
};

/**
 * What `sources` hold, surest first; several domains give several candidates. Archives count as the files inside them. Reads the
 * beginning of each source. Inputs that no candidate has among its parts are `unrecognised`.
 * @throws FormatError when an archive is broken
 */
export async function recognise(
  sources: readonly ByteSource[],
): Promise<{ candidates: Candidate[]; unrecognised: ByteSource[] }> {
  const inputs: Sniffed[] = [];
  const files = await expandArchives(sources);
  for (const source of files) inputs.push(await sniff(source));
  const claimed = new Set<ByteSource>();
  const candidates: Candidate[] = [];
  for (const recogniser of RECOGNISERS) {
    for (const candidate of await recogniser(inputs.filter(({ source }) => !claimed.has(source)))) {
      candidates.push(candidate);
      for (const { source } of candidate.parts) claimed.add(source);
    }
  }
  candidates.sort((a, b) => Number(a.isAddition) - Number(b.isAddition) || b.confidence - a.confidence);
  return { candidates, unrecognised: files.filter((source) => !claimed.has(source)) };
}

/**
 * Reads all parts of `candidate` into `sink`. Bad rows are listed and left out.
 * @throws FormatError when a file as a whole cannot be read; CancelledError on `signal`; and what the sink throws
 */
export async function importCandidate(
  candidate: Candidate,
  sink: ImportSink,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<void> {
  const sources = candidate.parts.map((part) => part.source);
  const meter = new InputMeter(sources, sink, signal);
  await READERS[candidate.format](candidate.parts, { sink, meter, options });
  await meter.settle();
}
