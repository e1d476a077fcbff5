// Compares the engine with its peers on one machine in one run: `npm run bench -- --help`; docs/benchmarks.md explains how to
// read the result. Exit code 1 if a workload of ours fails.
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseOptions, USAGE } from './bench/options.mjs';
import { ROOT } from './setup/packages.mjs';

const suiteAt = process.argv.indexOf('--suite');
const suite = suiteAt >= 0 ? process.argv[suiteAt + 1] : null;
if (suite === 'data') {
  const { dataSuite } = await import('./bench/dataSuite.mjs');
  process.exit(await dataSuite(process.argv.slice(2)));
}
if (suite === 'mtgrec') {
  const { mtgrecSuite } = await import('./bench/mtgrecSuite.mjs');
  process.exit(await mtgrecSuite(process.argv.slice(2)));
}

let options;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error.message}\n${USAGE}`);
  process.exit(2);
}
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

const { race } = await import('./bench/race.mjs');
const { tables } = await import('./bench/table.mjs');
mkdirSync(path.join(ROOT, '.cache/bench'), { recursive: true });
const { adapter, workloads, engines, rounds, json, isCold, isProfile } = options;
const cells =
  adapter === 'swiftshader'
    ? await (await import('./bench/pageCells.mjs')).pageCells()
    : await (await import('./bench/nodeCells.mjs')).nodeCells({ adapter, isCold });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    // Cells end when they notice that the driver is gone: processes by their channel, browsers by their pipe.
    console.error(`bench: stopped by ${signal}`);
    process.exit(1);
  });
if (isProfile) {
  const { profileTable } = await import('./bench/profileTable.mjs');
  for (const workload of workloads) console.log(await profileTable(cells, workload, rounds));
  await cells.close();
  process.exit(0);
}
const records = [];
for (const workload of workloads)
  for (const record of await race(cells, { workload, engines, rounds, adapter })) {
    const line = JSON.stringify(isCold ? { ...record, cold: true } : record);
    console.log(line);
    if (json) appendFileSync(json, `${line}\n`);
    records.push(record);
  }
await cells.close();
console.log(`\n${tables(records, engines)}`);
process.exit(records.some(({ engine, error }) => engine === 'tessera' && error) ? 1 : 0);
