/** A process of the suite `mtgrec` on Dawn; the driver speaks to it over the process channel. */
import path from 'node:path';
import { create, globals } from 'webgpu';
import { folderSource } from '../../src/cli/folders';
import { loadDataset } from '../../src/data/loadDataset';
import { GpuDevice } from '../../src/gpu/device';
import { restWhileWaiting } from '../../src/gpu/restWhileWaiting';
import { Engine } from '../../src/plan/engine';
import type { RqvaeTrainer } from '../../src/tokenizers/rqvae/trainer';
import { measureInfluence } from './influenceTime';
import { rqvaeTrainer, timeSteps } from './rqvaeStep';

type Request =
  | { readonly method: 'adapter' }
  | { readonly method: 'openRqvae'; readonly preset: 'reference' | 'laptop' }
  | { readonly method: 'rqvae'; readonly steps: number }
  | {
      readonly method: 'influence';
      readonly data: string;
      readonly tokenizers: number;
      readonly rounds: number;
      readonly stepsPerRound: number;
    };

Object.assign(globalThis, globals);
restWhileWaiting(globals);
// Must stay referenced for the life of the process: once it is collected, Dawn aborts.
const held = { gpu: create([]) };
Object.defineProperty(globalThis, 'navigator', { value: { gpu: held.gpu }, configurable: true });

const engine = new Engine(await GpuDevice.acquire(held.gpu));
let trainer: RqvaeTrainer | null = null;

async function answer(request: Request): Promise<unknown> {
  if (request.method === 'adapter') return engine.device.profile.name;
  if (request.method === 'openRqvae') {
    await trainer?.dispose();
    trainer = await rqvaeTrainer(engine, request.preset);
    return null;
  }
  if (request.method === 'rqvae') {
    if (!trainer) throw new Error('bench: open an RQ-VAE first');
    return timeSteps(trainer, request.steps);
  }
  const { sequences, itemCount } = await loadDataset(await folderSource(path.resolve(request.data)));
  return measureInfluence(engine, { sequences, itemCount }, request);
}

process.on('message', (request: Request) => {
  answer(request).then(
    (result) => process.send?.({ result }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(1));
process.send?.({ result: 'ready' });
