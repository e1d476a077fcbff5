/**
 * The browser suite, in a dedicated worker as in the product: every kernel compiled without a complaint of this
 * browser's compiler, every case of the op table, a short training run. Reports one message a check.
 */
import { GpuDevice } from '../../src/gpu/device';
import { KERNELS, type KernelName } from '../../src/gpu/generated/kernels.gen';
import { kernelSource } from '../../src/gpu/kernelSources';
import { Engine } from '../../src/plan/engine';
import { opRows } from '../opTable/rows/all';
import { checkCase } from '../opTable/runner';
import type { SuiteMessage } from './messages';
import { trainingChecks } from './trainingChecks';

const report = (message: SuiteMessage): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<{ readonly filter: string }>) => {
  runSuite(data.filter).then(
    () => report({ kind: 'done' }),
    (error: unknown) => report({ kind: 'broken', message: textOf(error) }),
  );
});

const textOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

async function runSuite(filter: string): Promise<void> {
  const device = await GpuDevice.acquire(navigator.gpu);
  report({ kind: 'adapter', name: device.profile.name, features: [...device.raw.features].sort() });
  const engine = new Engine(device);
  const run = async (name: string, check: () => Promise<readonly string[]>): Promise<void> => {
    if (!name.includes(filter)) return;
    const startedAt = performance.now();
    const errorsBefore = device.uncapturedErrors.length;
    const problems = await check().catch((error: unknown) => [textOf(error)]);
    const uncaptured = device.uncapturedErrors.slice(errorsBefore).map((message) => `uncaptured error: ${message}`);
    report({ kind: 'result', name, problems: [...problems, ...uncaptured], elapsedMs: performance.now() - startedAt });
  };
  for (const name of Object.keys(KERNELS) as KernelName[]) {
    const missing = KERNELS[name].features.filter((feature) => !device.raw.features.has(feature));
    if (missing.length === 0) await run(`kernel ${name}`, () => compileKernel(device, name));
    else report({ kind: 'left-out', name: `kernel ${name}`, reason: `no ${missing.join(', ')}` });
  }
  for (const row of opRows) for (const opCase of row.cases) await run(opCase.name, () => checkCase(engine, opCase));
  for (const { name, check } of trainingChecks) await run(name, () => check(device));
  engine.dispose();
  device.dispose();
}

/** Messages of the shader compiler and, if the pipeline cannot be made, why. */
async function compileKernel(device: GpuDevice, name: KernelName): Promise<string[]> {
  device.raw.pushErrorScope('validation');
  const module = device.raw.createShaderModule({ code: kernelSource(name), label: name });
  const { messages } = await module.getCompilationInfo();
  const problems = messages.map(({ type, lineNum, message }) => `${type} in line ${lineNum}: ${message}`);
  const invalid = await device.raw.popErrorScope();
  if (invalid && problems.length === 0) problems.push(invalid.message);
  if (problems.length === 0) await device.kernel(name);
  return problems;
}
