/**
 * Runs that come with Tessera: `models/sample/index.json` says what they are, and a run's file is fetched when it is first asked
 * for. They were trained on the sample by scripts/sampleCheckpoints.mjs.
 */
import * as v from 'valibot';
import { FormatError, TesseraError } from '../base/errors';
import { sha256Hex } from '../base/sha256';
import { parseJsonObject } from '../formats/strictJson';
import { checkAnyConfig } from '../train/anyConfig';
import type { EvaluationReport } from '../train/reports';
import { fetchBytes } from './host';
import type { MetricSummary } from './protocol/runs';

export const SHIPPED_FOLDER = 'models/sample/';

export interface ShippedRun {
  readonly id: string;
  readonly name: string;
  /** In the folder. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly data: { readonly name: string; readonly hash: string };
  readonly config: ReturnType<typeof checkAnyConfig>;
  readonly evaluations: readonly EvaluationReport[];
  readonly metrics: Readonly<Record<string, MetricSummary>>;
}

const number = v.pipe(v.number(), v.finite());
const INDEX = v.object({ version: v.literal(1), runs: v.array(v.unknown()) });
const ENTRY = v.object({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/)),
  name: v.string(),
  file: v.pipe(v.string(), v.regex(/^[\w-]+\.tessera$/)),
  sizeBytes: number,
  sha256: v.string(),
  data: v.object({ name: v.string(), hash: v.string() }),
  config: v.unknown(),
  evaluations: v.array(v.custom<EvaluationReport>((value) => typeof value === 'object' && value !== null)),
  metrics: v.record(v.string(), v.object({ last: number, best: number, atBest: v.nullable(number) })),
});
const FILE = `${SHIPPED_FOLDER}index.json`;
const REPAIR = 'make it again with scripts/sampleCheckpoints.mjs';

export interface ShippedIndex {
  readonly runs: readonly ShippedRun[];
  /** Why entries were left out, one each: FormatError `shipped/entry`, ConfigError for a configuration. */
  readonly problems: readonly TesseraError[];
}

/** An entry that is wrong does not hide the others. @throws FormatError `shipped/index` where the file is no index at all */
export function readShippedIndex(text: string): ShippedIndex {
  const index = v.safeParse(INDEX, parseJsonObject(text, { file: FILE }));
  if (!index.success)
    throw new FormatError(
      'shipped/index',
      `${FILE}: field "${v.getDotPath(index.issues[0]) ?? ''}" is not as it should be; ${REPAIR}.`,
    );
  const runs: ShippedRun[] = [];
  const problems: TesseraError[] = [];
  for (const [at, value] of index.output.runs.entries()) {
    try {
      const run = readEntry(value, at);
      if (runs.some(({ id }) => id === run.id)) throw wrong(at, run.name, `has the id "${run.id}" of another one`);
      runs.push(run);
    } catch (error) {
      if (!(error instanceof TesseraError)) throw error;
      problems.push(error);
    }
  }
  return { runs, problems };
}

/** @throws FormatError `shipped/entry`, ConfigError */
function readEntry(value: unknown, at: number): ShippedRun {
  const entry = v.safeParse(ENTRY, value);
  if (entry.success)
    return { ...entry.output, config: checkAnyConfig(entry.output.config, `${FILE}: run “${entry.output.name}”`) };
  const { name } = v.is(v.object({ name: v.string() }), value) ? value : { name: null };
  throw wrong(at, name, `has a field "${v.getDotPath(entry.issues[0]) ?? ''}" that is not as it should be`);
}

const wrong = (at: number, name: string | null, what: string): FormatError =>
  new FormatError('shipped/entry', `${FILE}: run ${at + 1}${name === null ? '' : `, “${name}”,`} ${what}; ${REPAIR}.`);

/** Where the page's files lie. */
export class ShippedRuns {
  #runs: Promise<readonly ShippedRun[]> | null = null;

  /** @param tell what is wrong with the index, once; not that there is none */
  constructor(
    readonly baseUrl: string,
    readonly tell: (problems: readonly TesseraError[]) => void = () => undefined,
  ) {}

  /** Empty where the page has no such file: it then works without. */
  list(): Promise<readonly ShippedRun[]> {
    this.#runs ??= this.#read();
    return this.#runs;
  }

  /** @throws UnsupportedError `worker/file`; FormatError `shipped/hash` */
  async fetch({ file, sha256 }: ShippedRun): Promise<File> {
    const bytes = await fetchBytes(new URL(SHIPPED_FOLDER + file, this.baseUrl));
    if ((await sha256Hex(bytes)) !== sha256)
      throw new FormatError('shipped/hash', `fetch ${file}: is not the file that its index names; reload the page.`);
    return new File([bytes as Uint8Array<ArrayBuffer>], file);
  }

  async #read(): Promise<readonly ShippedRun[]> {
    try {
      const { runs, problems } = await this.#index();
      if (problems.length > 0) this.tell(problems);
      return runs;
    } catch (error) {
      console.warn(`${error instanceof Error ? error.message : String(error)} No trained runs come with this page.`);
      return [];
    }
  }

  /** @throws UnsupportedError `worker/file` where there is none */
  async #index(): Promise<ShippedIndex> {
    const bytes = await fetchBytes(new URL(FILE, this.baseUrl));
    try {
      return readShippedIndex(new TextDecoder().decode(bytes));
    } catch (error) {
      if (error instanceof TesseraError) return { runs: [], problems: [error] };
      throw error;
    }
  }
}
