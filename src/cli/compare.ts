/** `tessera compare`: one table of several runs from what their evaluations stored; also the table of `tessera evaluate`. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../base/errors';
import { formatTable } from '../evaluate/tableFormats';
import type { EvaluationReport } from '../train/reports';
import { groupText, type MeasuredRun, resultsOf } from '../train/results';
import { isEvaluationFile, readEvaluation } from '../train/runLog';
import type { CliOptions, TableRequest } from './options';
import { evaluationTable } from './reporter';
import { readRunFile, tableOf } from './runContext';

/**
 * The table of all test evaluations in the folders of runs, see `resultsOf`.
 * @throws ConfigError `compare/folders`; FormatError for what is no run; those of `resultsOf`
 */
export async function compareRuns(folders: readonly string[], request: TableRequest): Promise<string> {
  if (folders.length === 0)
    throw new ConfigError('compare/folders', 'compare: wants the --out folders of one or more trained runs.');
  const measured: MeasuredRun[] = [];
  for (const folder of folders) measured.push(await measuredRun(folder));
  const { table, groups } = resultsOf(measured, request);
  const text = formatTable(table, request.format);
  return request.format === 'text' ? `${text}\n\n${groupText(groups)}` : text;
}

async function measuredRun(folder: string): Promise<MeasuredRun> {
  const { config } = await readRunFile(folder);
  const evaluations = path.join(folder, 'evaluations');
  const names = (await readdir(evaluations)).filter((name) => isEvaluationFile(name) && name.startsWith('test-'));
  const found = [];
  for (const name of names.sort()) {
    const file = path.join(evaluations, name);
    found.push(readEvaluation(await readFile(file, 'utf8'), file));
  }
  return { config, evaluations: found };
}

/** The end of `tessera evaluate`: the table that was asked for, or the short one. */
export async function sayTable(
  options: CliOptions,
  say: (text: string) => void,
  reports: readonly EvaluationReport[],
): Promise<void> {
  if (options.table === null) say(evaluationTable(tableOf(reports)));
  else process.stdout.write(`${await compareRuns([options.out], options.table)}\n`);
}
