// The stages of `npm test` and `npm run check`: each a command of its own with a time limit and a way to count what it
// tested. Stages run in order, all of them, whatever failed before.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { softwareVulkanEnvironment } from '../e2e/harness/browsers.mjs';
import { ROOT } from './setup/packages.mjs';

/** Lines of a failed stage that are shown. */
const TAIL_LINES = 80;
const MINUTE = 60_000;

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, args: string[], limitMs: number, count?: (output: string, report: string) => Counts,
 *   environment?: NodeJS.ProcessEnv }} Stage
 * `args` are Node's; `{report}` in them stands for a file that `count` may read.
 */

const vitest = (project, limitMs) => ({
  args: [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json={report}',
  ],
  limitMs,
  count: countVitest,
  environment: softwareVulkanEnvironment(),
});
const browserSuite = (browser, limitMs) => ({
  args: ['test/browser/drive.mjs', browser, '--json', '{report}'],
  limitMs,
  count: (_output, report) => ({ ...pick(JSON.parse(report)), skipped: 0 }),
});

/** @type {readonly Stage[]} */
export const QUICK_STAGES = [
  { name: 'kernel table', args: ['scripts/kernels.mjs', '--check'], limitMs: MINUTE },
  {
    name: 'format and lint',
    args: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--max-diagnostics=30', '.'],
    limitMs: 2 * MINUTE,
  },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit'], limitMs: 3 * MINUTE },
  {
    name: 'imports',
    args: [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      ...['src', 'test', 'bench', 'e2e'].filter((folder) => existsSync(path.join(ROOT, folder))),
      '--output-type',
      'err',
    ],
    limitMs: 2 * MINUTE,
  },
  { name: 'source rules', args: ['scripts/sourceRules.mjs'], limitMs: MINUTE },
  { name: 'words', args: ['scripts/words.mjs', '--check'], limitMs: MINUTE },
  { name: 'unit tests', ...vitest('unit', 10 * MINUTE) },
];

/** @type {readonly Stage[]} */
export const GPU_STAGES = [
  { name: 'GPU tests (Node, software Vulkan)', ...vitest('gpu', 20 * MINUTE) },
  {
    name: 'production build',
    args: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
    limitMs: 3 * MINUTE,
  },
  { name: 'op table in Chromium', ...browserSuite('chromium', 12 * MINUTE) },
  { name: 'op table in Firefox', ...browserSuite('firefox', 15 * MINUTE) },
  {
    name: 'journeys in Chromium',
    args: ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'],
    limitMs: 25 * MINUTE,
    count: countPlaywright,
    environment: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: '{report}' },
  },
  {
    name: 'journeys in Firefox',
    args: ['e2e/firefox/drive.mjs', '--json', '{report}'],
    limitMs: 8 * MINUTE,
    count: (_output, report) => ({ ...pick(JSON.parse(report)), skipped: 0 }),
  },
];

const pick = ({ passed, failed }) => ({ passed, failed });

/** Test files that failed to load count as one failure each. */
function countVitest(_output, report) {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(report);
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
}

function countPlaywright(_output, report) {
  const { stats, errors } = JSON.parse(report);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped };
}

/** Runs a command in its own process group, so that a stage past its limit takes its browsers with it. */
function execute(args, limitMs, environment) {
  return new Promise((resolve) => {
    const isGrouped = process.platform !== 'win32';
    const env = { ...environment, NO_COLOR: '1', FORCE_COLOR: undefined };
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env,
      detached: isGrouped,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = () => {
      try {
        if (isGrouped) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    const chunks = [];
    let hasTimedOut = false;
    const timer = setTimeout(() => {
      hasTimedOut = true;
      stop();
    }, limitMs);
    const onSignal = (signal) => {
      stop();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.on('close', (status) => {
      clearTimeout(timer);
      stop();
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      resolve({ status, hasTimedOut, output: Buffer.concat(chunks).toString('utf8').trimEnd() });
    });
  });
}

/** @param {Stage} stage */
async function runStage(stage) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-stage-'));
  const report = path.join(folder, 'report.json');
  const fill = (text) => (typeof text === 'string' ? text.replace('{report}', report) : text);
  const environment = Object.fromEntries(
    Object.entries(stage.environment ?? process.env).map(([key, value]) => [key, fill(value)]),
  );
  const startedAt = performance.now();
  const { status, hasTimedOut, output } = await execute(stage.args.map(fill), stage.limitMs, environment);
  const seconds = (performance.now() - startedAt) / 1000;
  const notes = hasTimedOut ? [`stopped after ${stage.limitMs / MINUTE} minutes`] : [];
  /** @type {Counts} */
  let counts = { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  if (stage.count)
    try {
      counts = stage.count(output, readFileSync(report, 'utf8'));
    } catch (error) {
      counts = { passed: 0, failed: 1, skipped: 0 };
      notes.push(`it left no report (${error instanceof Error ? error.message : error})`);
    }
  if (status !== 0 && counts.failed === 0) counts = { ...counts, failed: 1 };
  if (counts.passed + counts.failed === 0) {
    counts = { ...counts, failed: 1 };
    notes.push('it ran no test');
  }
  rmSync(folder, { recursive: true, force: true });
  return { counts, seconds, notes, output };
}

function describeCounts(stage, { passed, failed, skipped }) {
  if (!stage.count) return '';
  const parts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return `  ${parts.join(', ')}`;
}

/**
 * Runs the stages and prints a line for each, the tail of the output where one fails, and the counts as the last line.
 * @param {readonly Stage[]} stages
 * @returns whether all passed
 */
export async function runStages(stages) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const startedAt = performance.now();
  const width = Math.max(...stages.map(({ name }) => name.length));
  for (const stage of stages) {
    if (process.stdout.isTTY) process.stdout.write(`  … ${stage.name}\r`);
    const { counts, seconds, notes, output } = await runStage(stage);
    for (const key of Object.keys(total)) total[key] += counts[key];
    const mark = counts.failed === 0 ? '✓' : '✗';
    console.log(
      `  ${mark} ${stage.name.padEnd(width)} ${seconds.toFixed(1).padStart(6)} s${describeCounts(stage, counts)}`,
    );
    if (counts.failed === 0) continue;
    console.log(
      output
        .split('\n')
        .slice(-TAIL_LINES)
        .map((line) => `      ${line}`)
        .join('\n'),
    );
    for (const note of notes) console.log(`      ${stage.name}: ${note}`);
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped (data that this machine does not have)` : '';
  console.log(
    `\n${stages.length} stages in ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes${skipped}`,
  );
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0;
}
