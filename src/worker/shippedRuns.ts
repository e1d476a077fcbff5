/**
 * Runs that come with Tessera: `models/sample/index.json` says what they are, and a run's file is fetched when it is first asked
 * for. They were trained on the sample by scripts/sampleCheckpoints.mjs.
 */
import * as v from 'valibot';
import { FormatError } from '../base/errors';
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
const INDEX = v.object({
  version: v.literal(1),
  runs: v.array(
    v.object({
      id: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/)),
      name: v.string(),
      file: v.pipe(v.string(), v.regex(/^[\w-]+\.tessera$/)),
      sizeBytes: number,
      sha256: v.string(),
      data: v.object({ name: v.string(), hash: v.string() }),
      config: v.unknown(),
      evaluations: v.array(v.custom<EvaluationReport>((value) => typeof value === 'object' && value !== null)),
      metrics: v.record(v.string(), v.object({ last: number, best: number, atBest: v.nullable(number) })),
    }),
  ),
});

/** @throws FormatError `shipped/index`; ConfigError for a configuration */
export function readShippedIndex(text: string): ShippedRun[] {
  const file = `${SHIPPED_FOLDER}index.json`;
  const result = v.safeParse(INDEX, parseJsonObject(text, { file }));
  if (!result.success)
    throw new FormatError(
      'shipped/index',
      `${file}: field "${v.getDotPath(result.issues[0]) ?? ''}" is not as it should be; make it again with scripts/sampleCheckpoints.mjs.`,
    );
  return result.output.runs.map((run) => ({ ...run, config: checkAnyConfig(run.config, `${file} ${run.id}`) }));
}

/** Where the page's files lie. */
export class ShippedRuns {
  #runs: Promise<readonly ShippedRun[]> | null = null;

  constructor(readonly baseUrl: string) {}

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
      const bytes = await fetchBytes(new URL(`${SHIPPED_FOLDER}index.json`, this.baseUrl));
      return readShippedIndex(new TextDecoder().decode(bytes));
    } catch (error) {
      console.warn(`${error instanceof Error ? error.message : String(error)} No trained runs come with this page.`);
      return [];
    }
  }
}
