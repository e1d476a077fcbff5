#!/usr/bin/env node
// Trains the runs that come with Tessera on the sample and writes them to models/sample/ (see its README.md). Trainings are
// runs of the command line in --work (default .cache/sample); they resume by themselves when this is started again.
//   node scripts/sampleCheckpoints.mjs [--work <folder>] [--pack-only] [--only <id,…>]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { softwareVulkanEnvironment } from '../e2e/harness/browsers.mjs';
import { nodeBundle } from './setup/nodeBundle.mjs';
import { ROOT } from './setup/packages.mjs';

/** Presets lie beside the results. */
const RUNS = [
  { id: 'tiger-sample-1', name: 'TIGER, sample, seed 1', preset: 'tiger.json', seed: 1 },
  { id: 'tiger-sample-2', name: 'TIGER, sample, seed 2', preset: 'tiger.json', seed: 2 },
  { id: 'utgrec-sample-1', name: 'UTGRec, sample', preset: 'utgrec.json', seed: 1 },
  { id: 'mtgrec-sample-1', name: 'MTGRec, sample', preset: 'mtgrec.json', seed: 1 },
  { id: 'sasrec-sample-1', name: 'SASRec, sample', preset: 'sasrec.json', seed: 1 },
];
const TO = path.join(ROOT, 'models/sample');

const { values } = parseArgs({
  options: { work: { type: 'string' }, 'pack-only': { type: 'boolean' }, only: { type: 'string' } },
});
const work = path.resolve(values.work ?? path.join(ROOT, '.cache/sample'));
const wanted = RUNS.filter(({ id }) => !values.only || values.only.split(',').includes(id));
const folderOf = (id) => path.join(work, id);

if (!values['pack-only'])
  for (const { id, preset, seed } of wanted) {
    const args = ['bin/tessera.mjs', 'train', path.join(TO, preset), '--data', 'sample', '--seed', String(seed)];
    console.log(`${id}: training in ${folderOf(id)}`);
    const { status } = spawnSync(process.execPath, [...args, '--out', folderOf(id)], {
      cwd: ROOT,
      env: softwareVulkanEnvironment(),
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(status ?? 1);
  }

const bundle = await nodeBundle('packRuns', 'scripts/sample/packRuns.ts');
const { packRuns } = await import(pathToFileURL(bundle).href);
await packRuns(
  wanted.map(({ id, name }) => ({ id, name, folder: folderOf(id) })),
  TO,
  RUNS.map(({ id }) => id),
);
