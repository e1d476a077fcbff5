/** Keeps the runs that the current one is compared with and makes the page's table of results: the command line's, cell by cell. */
import { ConfigError, FormatError } from '../base/errors';
import { isJsonObject } from '../formats/strictJson';
import { readRunHead } from '../train/portableRun';
import { type MeasuredRun, type ResultsRequest, resultsOf } from '../train/results';
import { isEvaluationFile, readEvaluation } from '../train/runLog';
import type { ResultsReply } from './protocol/results';

interface NamedRun extends MeasuredRun {
  readonly name: string;
}

/** Any table will do to see whether runs fit together. */
const PLAIN: ResultsRequest = { seenItems: 'kept', against: null, test: 'randomisation', cutoffs: [10] };

export class ResultsDesk {
  #compared: NamedRun[] = [];

  /**
   * Reads a run's folder and keeps it if it fits into one table with `own`. @returns its name
   * @throws FormatError `run/missing`, `compare/none` and those of the files; ConfigError `run/data` for a run on other data;
   *   those of `resultsOf`
   */
  async add(
    files: readonly File[],
    own: MeasuredRun | null,
    data: { readonly name: string; readonly hash: string },
  ): Promise<string> {
    const head = files.find(({ name }) => name === 'run.json');
    if (!head)
      throw new FormatError(
        'run/missing',
        'compare: wanted the --out folder of tessera train, came files without run.json; pick run.json and the files of evaluations/ together.',
      );
    const run = readRunHead(await head.text());
    if (run.data.hash !== data.hash)
      throw new ConfigError(
        'run/data',
        `compare: the run was trained on other data (${run.data.name}) than ${data.name}; choose a run on the same data.`,
      );
    const evaluations = [];
    for (const file of files)
      if (isEvaluationFile(file.name)) evaluations.push(readEvaluation(await file.text(), file.name));
    if (!evaluations.some(({ report }) => report.split === 'test'))
      throw new FormatError(
        'compare/none',
        'compare: the run has no test evaluation; train it to the end, and pick the files of evaluations/ as well.',
      );
    const name = isJsonObject(run.config) && typeof run.config['name'] === 'string' ? run.config['name'] : 'a run';
    const added = { name, config: run.config, evaluations };
    resultsOf([...(own ? [own] : []), ...this.#compared, added], PLAIN);
    this.#compared.push(added);
    return name;
  }

  clear(): void {
    this.#compared = [];
  }

  /** @returns null if there is nothing to show @throws as `resultsOf` */
  table(own: MeasuredRun | null, request: ResultsRequest): ResultsReply | null {
    const runs = [...(own ? [own] : []), ...this.#compared];
    // Evaluations of an older version have no details: nothing to show until the run is measured again.
    if (!runs.some(({ evaluations }) => evaluations.some(({ report }) => report.split === 'test' && report.details)))
      return null;
    return { ...resultsOf(runs, request), compared: this.#compared.map(({ name }) => name) };
  }
}
