// Runs one workload in all engines: everybody's first step alone, then rounds in which they take turns.

/** Steps before timing, as in the measurements of the engine guide; fewer where a first step is already this slow. */
const WARM_STEPS = 2;
const SLOW_FIRST_MS = 20_000;
/** A turn is one step, or as many short ones as fit, so that a millisecond's workload is not one sample a round. */
const TURN = { steps: 5, milliseconds: 60 };
/** An engine that has had this much sits out the rest once it has the least number of runs. */
const ENGINE_BUDGET_MS = 60_000;
const LEAST_RUNS = 3;

const SOFTWARE_NAMES = { lavapipe: /llvmpipe|lavapipe/i, swiftshader: /swiftshader/i };

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const rounded = (value, digits) => Number(value.toFixed(digits));

/** Opens a cell and runs its first steps. A runner has `cell` null once it has failed or cannot do the workload. */
async function enter(cells, engine, workload, adapter) {
  const runner = { engine, cell: null, times: [], spentMs: 0, first: null, record: { workload, engine, adapter } };
  try {
    runner.cell = await cells.start();
    const opened = await runner.cell.open(engine, workload);
    if (!opened) {
      await leave(runner, { skipped: 'the engine does not offer this workload' });
      return runner;
    }
    runner.record.adapterName = opened.adapterName;
    const isGpu = opened.adapterName !== 'processor';
    if (isGpu && SOFTWARE_NAMES[adapter] && !SOFTWARE_NAMES[adapter].test(opened.adapterName))
      throw new Error(`wanted the adapter ${adapter}, got ${opened.adapterName}`);
    runner.first = await runner.cell.first();
    await runner.cell.warm(runner.first.firstMs > SLOW_FIRST_MS ? 1 : WARM_STEPS);
  } catch (error) {
    await leave(runner, { error: error.message.slice(0, 600) });
  }
  return runner;
}

async function leave(runner, fields) {
  Object.assign(runner.record, fields);
  const { cell } = runner;
  runner.cell = null;
  await cell?.close().catch(() => {});
}

async function takeTurn(runner) {
  if (!runner.cell) return;
  if (runner.spentMs > ENGINE_BUDGET_MS && runner.times.length >= LEAST_RUNS) return;
  try {
    const times = await runner.cell.turn(TURN);
    runner.times.push(...times);
    for (const { ms } of times) runner.spentMs += ms;
  } catch (error) {
    await leave(runner, { error: error.message.slice(0, 600) });
  }
}

async function summarise(runner) {
  if (!runner.cell) return runner.record;
  try {
    const { perStep, peakMB, flops, check } = await runner.cell.finish();
    const walls = runner.times.map((time) => time.ms);
    const processor = runner.times.map((time) => time.cpuMs).filter((cpuMs) => cpuMs !== null);
    const ms = median(walls);
    Object.assign(runner.record, {
      ms: rounded(ms, 3),
      minMs: rounded(Math.min(...walls), 3),
      runs: runner.times.length,
      gflops: flops === null ? null : rounded(flops / ms / 1e6, 2),
      firstMs: rounded(runner.first.firstMs, 1),
      dispatches: perStep.dispatches,
      submits: perStep.submits,
      bindGroups: perStep.bindGroups,
      buffersCreated: perStep.buffersCreated,
      writes: perStep.writes,
      pipelines: runner.first.pipelines,
      peakMB: rounded(peakMB, 1),
      cpuMs: processor.length === 0 ? null : rounded(median(processor), 3),
      check,
    });
    await leave(runner, {});
  } catch (error) {
    await leave(runner, { error: error.message.slice(0, 600) });
  }
  return runner.record;
}

/** @returns one record for each engine, in the order of `engines` */
export async function race(cells, { workload, engines, rounds, adapter }) {
  const runners = [];
  for (const engine of engines) runners.push(await enter(cells, engine, workload, adapter));
  for (let round = 0; round < rounds; round++)
    // The order turns round, so that nobody always follows the same engine.
    for (let place = 0; place < runners.length; place++) await takeTurn(runners[(place + round) % runners.length]);
  const records = [];
  for (const runner of runners) records.push(await summarise(runner));
  return records;
}
