/** A cell in a Node process on Dawn; the driver speaks to it over the process channel. */
import { create, globals } from 'webgpu';
import { restWhileWaiting } from '../src/gpu/restWhileWaiting';
import * as cell from './cell';
import type { EngineName, WorkloadName } from './workload';

type Request =
  | { readonly method: 'open'; readonly engine: EngineName; readonly workload: WorkloadName }
  | { readonly method: 'first' }
  | { readonly method: 'warm'; readonly count: number }
  | { readonly method: 'turn'; readonly limits: cell.TurnLimits }
  | { readonly method: 'profile'; readonly repeats: number }
  | { readonly method: 'finish' };

Object.assign(globalThis, globals);
restWhileWaiting(globals);
// Must stay referenced for the life of the process: once it is collected, Dawn aborts.
const held = { gpu: create([]) };
const navigator = {
  gpu: held.gpu,
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140',
  platform: 'Linux',
  hardwareConcurrency: 2,
  language: 'en',
};
Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });

cell.setCpuClock(() => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
});

function answer(request: Request): Promise<unknown> {
  if (request.method === 'open') return cell.open(request.engine, request.workload);
  if (request.method === 'first') return cell.first();
  if (request.method === 'warm') return cell.warm(request.count);
  if (request.method === 'turn') return cell.turn(request.limits);
  if (request.method === 'profile') return cell.profile(request.repeats);
  return cell.finish();
}

process.on('message', (request: Request) => {
  answer(request).then(
    (result) => process.send?.({ result: result ?? null }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
// The driver is gone: nobody waits for an answer.
process.on('disconnect', () => process.exit(1));
process.send?.({ result: 'ready' });
