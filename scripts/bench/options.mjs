// The command line of `npm run bench`.
import { parseArgs } from 'node:util';

export const WORKLOADS = [
  'W1-512',
  'W1-1024',
  'W1-batch',
  'W2-argmin',
  'W3-infonce',
  'W4-t5',
  'W5a-gather',
  'W5b-ce25k',
  'W6-beam',
  'W6-generate',
];
export const PEERS = ['steps', 'half', 'jax', 'tfjs', 'ort', 'wasm'];
export const ADAPTERS = ['lavapipe', 'swiftshader', 'default'];

export const USAGE = `npm run bench -- [options]        (npm run bench -- --suite data|mtgrec --help for other suites)
  --adapter NAME     lavapipe (Node on Dawn, Mesa's software driver), default (Node on Dawn, the machine's own GPU) or
                     swiftshader (Chromium, its software adapter); default: lavapipe
  --workloads LIST   of ${WORKLOADS.join(', ')}; default: all
  --against LIST     peers to run in alternation: ${PEERS.join(', ')}, or none; default: jax,tfjs.
                     steps (ours, a submit a step) and wasm (onnxruntime-web, no GPU) do W6-generate only,
                     half (ours, activations kept as f16) does W4-t5 only
  --reps N           rounds; each engine takes one turn a round; default: 7
  --json FILE        append one JSON object a line
  --profile          ours only: time every kernel launch of a step by itself, --reps times, and add up by kernel
  --cold             lavapipe: no shader cache on disk, so that firstMs includes every compilation`;

/** A list option, checked. */
function listOf(text, known, what) {
  const names = text.split(',').filter((name) => name !== '');
  for (const name of names)
    if (!known.includes(name)) throw new Error(`bench: no ${what} "${name}"; there are ${known.join(', ')}`);
  return names;
}

/** @throws Error that names the option at fault */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      adapter: { type: 'string', default: 'lavapipe' },
      workloads: { type: 'string', default: WORKLOADS.join(',') },
      against: { type: 'string', default: 'jax,tfjs' },
      reps: { type: 'string', default: '7' },
      json: { type: 'string' },
      profile: { type: 'boolean', default: false },
      cold: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [adapter] = listOf(values.adapter, ADAPTERS, 'adapter');
  const rounds = Number(values.reps);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`bench: --reps wants a positive integer, got ${values.reps}`);
  if (values.cold && adapter === 'swiftshader')
    throw new Error('bench: --cold is for the Vulkan adapters; Chromium starts with a fresh profile anyway');
  const peers = values.against === 'none' ? [] : listOf(values.against, PEERS, 'peer');
  return {
    help: values.help,
    adapter,
    workloads: listOf(values.workloads, WORKLOADS, 'workload'),
    engines: ['tessera', ...peers],
    rounds,
    json: values.json ?? null,
    isCold: values.cold,
    isProfile: values.profile,
  };
}
