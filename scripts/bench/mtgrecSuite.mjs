// `npm run bench -- --suite mtgrec`: an RQ-VAE training step against PyTorch on the CPU, and what an estimate of data
// influence costs. Prints one JSON object a line.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { softwareVulkanEnvironment } from '../../e2e/harness/browsers.mjs';
import { ROOT } from '../setup/packages.mjs';

export const MTGREC_USAGE = `npm run bench -- --suite mtgrec [options]
  --what LIST      rqvae, influence; default: both
  --presets LIST   of RQ-VAE: reference, laptop; default: both
  --python PATH    a Python with the packages of scripts/golden/requirements.txt; default: python3
  --data FOLDER    sequences for influence; default: public/sample
  --tokenizers K   default: 15
  --reps N         rounds; default: 5
  --adapter NAME   lavapipe or default (the machine's own GPU); default: lavapipe
  --json FILE      append one JSON object a line`;

/** Steps of a turn, so that a turn takes about as long as a person waits. */
const STEPS = { reference: 1, laptop: 10 };
/** Training steps between two estimates of one round. */
const STEPS_PER_ROUND = 60;
/** Promises: at least this many times as fast; at most this share of the epochs between two estimates. */
const TARGETS = { rqvae: 3, influence: 0.25 };

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const rounded = (value, digits) => Number(value.toFixed(digits));

async function ours(adapter) {
  const outDir = path.join(ROOT, '.cache/bench/mtgrec');
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    root: ROOT,
    build: {
      ssr: path.join(ROOT, 'bench/mtgrec/nodeCell.ts'),
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'nodeCell.mjs', chunkFileNames: '[name].mjs' } },
    },
  });
  const env = adapter === 'lavapipe' ? softwareVulkanEnvironment() : { ...process.env };
  const child = fork(path.join(outDir, 'nodeCell.mjs'), { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`bench: the process ended (${signal ?? code})`);
  });
  ended.catch(() => undefined);
  const answer = async () => {
    const [message] = await Promise.race([once(child, 'message'), ended]);
    if ('error' in message) throw new Error(message.error);
    return message.result;
  };
  await answer();
  return {
    ask(request) {
      const result = answer();
      child.send(request);
      return result;
    },
    close: () => child.kill('SIGKILL'),
  };
}

/** PyTorch's side: one JSON line an answer. */
async function peer(python, preset) {
  const child = spawn(python, ['bench/rqvaeReference.py', `models/rqvae/${preset}.json`], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`bench: ${python} ended; give --python with torch installed`);
    return JSON.parse(value);
  };
  const about = await answer();
  return {
    about,
    turn(steps) {
      child.stdin.write(`${steps}\n`);
      return answer();
    },
    close: () => child.stdin.end(),
  };
}

/** Both in turns, round after round, in rotating order. */
async function raceRqvae(cell, python, preset, rounds) {
  const steps = STEPS[preset];
  const torch = await peer(python, preset);
  try {
    await cell.ask({ method: 'openRqvae', preset });
    const times = { ours: [], torch: [] };
    const processor = { ours: [], torch: [] };
    const losses = {};
    const turns = [
      ['ours', () => cell.ask({ method: 'rqvae', steps })],
      ['torch', () => torch.turn(steps)],
    ];
    for (const [, turn] of turns) await turn();
    for (let round = 0; round < rounds; round++)
      for (const [name, turn] of round % 2 === 0 ? turns : turns.toReversed()) {
        const { ms, cpuMs, loss } = await turn();
        times[name].push(...ms);
        processor[name].push(cpuMs);
        losses[name] = loss;
      }
    const ratio = median(times.torch) / median(times.ours);
    return {
      what: 'rqvae',
      preset,
      ms: rounded(median(times.ours), 2),
      minMs: rounded(Math.min(...times.ours), 2),
      torchMs: rounded(median(times.torch), 2),
      torchMinMs: rounded(Math.min(...times.torch), 2),
      cpuMs: rounded(median(processor.ours), 2),
      torchCpuMs: rounded(median(processor.torch), 2),
      ratio: rounded(ratio, 3),
      minRatio: rounded(Math.min(...times.torch) / Math.min(...times.ours), 3),
      cpuRatio: rounded(median(processor.torch) / median(processor.ours), 3),
      runs: times.ours.length,
      losses,
      ...torch.about,
      isMet: ratio >= TARGETS.rqvae,
    };
  } finally {
    torch.close();
  }
}

/** @returns exit code: 0 once everything was measured; `isMet` says which promises hold on this adapter */
export async function mtgrecSuite(args) {
  const { values } = parseArgs({
    args,
    options: {
      suite: { type: 'string' },
      what: { type: 'string', default: 'rqvae,influence' },
      presets: { type: 'string', default: 'reference,laptop' },
      python: { type: 'string', default: 'python3' },
      data: { type: 'string', default: 'public/sample' },
      tokenizers: { type: 'string', default: '15' },
      reps: { type: 'string', default: '5' },
      adapter: { type: 'string', default: 'lavapipe' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(MTGREC_USAGE);
    return 0;
  }
  const [rounds, tokenizers] = [Number(values.reps), Number(values.tokenizers)];
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(tokenizers) || tokenizers < 2)
    throw new Error(`bench: --reps wants 1 or more and --tokenizers 2 or more\n${MTGREC_USAGE}`);
  const cell = await ours(values.adapter);
  const adapter = await cell.ask({ method: 'adapter' });
  const report = (record) => {
    const line = JSON.stringify({ suite: 'mtgrec', adapter, ...record });
    console.log(line);
    if (values.json) appendFileSync(values.json, `${line}\n`);
  };
  try {
    const what = values.what.split(',');
    if (what.includes('rqvae'))
      for (const preset of values.presets.split(',')) report(await raceRqvae(cell, values.python, preset, rounds));
    if (what.includes('influence')) {
      const request = { data: values.data, tokenizers, rounds, stepsPerRound: STEPS_PER_ROUND };
      const time = await cell.ask({ method: 'influence', ...request });
      report({ what: 'influence', ...time, isMet: time.share <= TARGETS.influence });
    }
    return 0;
  } finally {
    cell.close();
  }
}
