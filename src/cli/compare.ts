/** `tessera compare`: one table of several runs from what their evaluations stored; also the table of `tessera evaluate`. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError, FormatError } from '../base/errors';
import { type Family, type RunResult, resultsTable, type SystemResult } from '../evaluate/resultsTable';
import { formatTable } from '../evaluate/tableFormats';
import type { UserGroup } from '../evaluate/userGroups';
import type { EvaluationDetails, EvaluationReport } from '../train/reports';
import type { CliOptions, TableRequest } from './options';
import { evaluationTable } from './reporter';
import { parseJson, readRunFile, tableOf } from './runContext';

interface StoredEvaluation extends RunResult {
  readonly kind: string;
  readonly details: EvaluationDetails;
  /** What tells one training from another, seed left out. */
  readonly origin: string;
  /** Name in the run's configuration. */
  readonly runName: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The table of all test evaluations in the folders of runs. Runs whose configurations differ in nothing but the seed are
 * one row with a spread; otherwise equal names get their run's name. The counting recommenders are one row each.
 * @throws FormatError `compare/evaluation`, `compare/none`; ConfigError and ShapeError of the table
 */
export async function compareRuns(folders: readonly string[], request: TableRequest): Promise<string> {
  if (folders.length === 0)
    throw new ConfigError('compare/folders', 'compare: wants the --out folders of one or more trained runs.');
  const found: StoredEvaluation[] = [];
  for (const folder of folders) found.push(...(await storedEvaluations(folder)));
  const chosen = found.filter(({ details }) => details.protocol.seenItems === request.seenItems);
  if (chosen.length === 0)
    throw new FormatError(
      'compare/none',
      `${folders.join(', ')}: have no test evaluation with seen items ${request.seenItems}; run tessera evaluate first.`,
    );
  const systems = systemsOf(chosen);
  const family: Family | undefined =
    request.against === null ? undefined : { baseline: request.against, test: request.test };
  const table = resultsTable(systems, {
    ...(request.cutoffs ? { cutoffs: request.cutoffs } : {}),
    ...(family ? { family } : {}),
  });
  const text = formatTable(table, request.format);
  return request.format === 'text' ? `${text}\n\n${groupsText(chosen)}` : text;
}

/** One row a configuration and recommender, its seeds together; reference points come first, once. */
function systemsOf(evaluations: readonly StoredEvaluation[]): SystemResult[] {
  const rows = new Map<
    string,
    { name: string; origin: string; runName: string; kind: string; details: EvaluationDetails; runs: RunResult[] }
  >();
  for (const { kind, details, origin, runName, ...run } of evaluations) {
    const isReference = kind === 'reference';
    const key = isReference ? details.system : `${details.system}\n${origin}`;
    const row = rows.get(key) ?? { name: details.system, origin, runName, kind, details, runs: [] };
    rows.set(key, row);
    if (isReference && row.runs.length > 0) continue;
    if (row.runs.some(({ seed }) => seed === run.seed))
      throw new ConfigError(
        'compare/seed',
        `compare: two runs of ${details.system} have the same configuration and seed ${run.seed}; leave one out.`,
      );
    row.runs.push(run);
  }
  const sorted = [...rows.values()].sort((a, b) => Number(b.kind === 'reference') - Number(a.kind === 'reference'));
  const isShared = (name: string): boolean => sorted.filter((row) => row.name === name).length > 1;
  const seen = new Map<string, number>();
  return sorted.map(({ name: system, runName, details, runs }) => {
    const name = isShared(system) && runName !== '' ? `${system}, ${runName}` : system;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { name: count > 1 ? `${name} (${count})` : name, protocol: details.protocol, runs };
  });
}

async function storedEvaluations(folder: string): Promise<StoredEvaluation[]> {
  const { config } = await readRunFile(folder);
  const { name: runName, seed, ...rest } = isRecord(config) ? config : {};
  const evaluations = path.join(folder, 'evaluations');
  const files = (await readdir(evaluations)).filter((file) => file.startsWith('test-') && file.endsWith('.json'));
  const stored: StoredEvaluation[] = [];
  for (const name of files.sort()) {
    const file = path.join(evaluations, name);
    const found = readEvaluation(parseJson(await readFile(file, 'utf8'), file), file);
    stored.push({
      ...found,
      seed: typeof seed === 'number' ? seed : 0,
      origin: JSON.stringify(rest),
      runName: typeof runName === 'string' ? runName : '',
    });
  }
  return stored;
}

/** Checks what a table reads of a stored evaluation. @throws FormatError `compare/evaluation` */
function readEvaluation(value: unknown, file: string): Omit<StoredEvaluation, 'seed' | 'origin' | 'runName'> {
  const refuse = (what: string): never => {
    throw new FormatError(
      'compare/evaluation',
      `${file}: ${what}; measure the run again with this version (tessera evaluate).`,
    );
  };
  if (!isRecord(value)) return refuse('is not an evaluation');
  const indices = (field: string): Uint32Array => {
    const list = value[field];
    if (!Array.isArray(list) || list.some((entry) => !Number.isInteger(entry) || entry < 0 || entry > 0xffff_ffff))
      return refuse(`its "${field}" are not whole numbers`);
    return Uint32Array.from(list as number[]);
  };
  const { details, kind } = value;
  if (!isRecord(details) || !isRecord(details['protocol']) || typeof details['system'] !== 'string')
    return refuse('has no protocol (it is of an older version)');
  if (!Array.isArray(details['groups']) || !Array.isArray(details['lists'])) return refuse('has no groups or lists');
  const checked = details as unknown as EvaluationDetails;
  const whole = Object.fromEntries(
    checked.lists.flatMap(({ cutoff, coverage, popularityBias }) => [
      [`Cov@${cutoff}`, coverage],
      [`Pop@${cutoff}`, popularityBias],
    ]),
  );
  return { kind: String(kind), details: checked, users: indices('users'), ranks: indices('ranks'), whole };
}

/** R@10 by popularity of the target, one line a recommender. */
function groupsText(evaluations: readonly StoredEvaluation[]): string {
  const names = new Set<string>();
  const rows = evaluations.filter(({ details }) => !names.has(details.system) && names.add(details.system));
  const groups: readonly UserGroup[] = rows[0]?.details.groups ?? [];
  const width = Math.max(24, ...rows.map(({ details }) => details.system.length));
  const head = `${'R@10 by target popularity'.padEnd(width)}  ${groups.map(({ name }) => name.padEnd(9)).join('  ')}`;
  const users = `${'users'.padEnd(width)}  ${groups.map((group) => String(group.users).padEnd(9)).join('  ')}`;
  const lines = rows.map(
    ({ details }) =>
      `${details.system.padEnd(width)}  ${details.groups.map(({ recall10 }) => recall10.toFixed(4).padEnd(9)).join('  ')}`,
  );
  return [head, users, ...lines].map((line) => line.trimEnd()).join('\n');
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
