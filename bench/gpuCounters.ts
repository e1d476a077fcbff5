/** Counts what any engine asks of WebGPU by wrapping the prototypes, so that all engines are counted alike. */

const COUNTED = ['dispatches', 'submits', 'passes', 'pipelines', 'bindGroups', 'buffersCreated', 'writes'] as const;
export type Counts = Record<(typeof COUNTED)[number], number>;

const counts: Counts = {
  dispatches: 0,
  submits: 0,
  passes: 0,
  pipelines: 0,
  bindGroups: 0,
  buffersCreated: 0,
  writes: 0,
};
const bytes = { live: 0, peak: 0 };
const opened: { adapter: GPUAdapter | null; device: GPUDevice | null } = { adapter: null, device: null };

export const snapshotCounts = (): Counts => ({ ...counts });

/** `after` minus `before`, a step, to a tenth. */
export function countsPerStep(total: Counts, steps: number): Counts {
  const perStep = { ...total };
  for (const name of COUNTED) perStep[name] = Math.round((total[name] / steps) * 10) / 10;
  return perStep;
}

export function addDifference(total: Counts, before: Counts, after: Counts): void {
  for (const name of COUNTED) total[name] += after[name] - before[name];
}

/** Starts the peak of live buffer bytes at what is alive now. */
export function restartPeak(): void {
  bytes.peak = bytes.live;
}

export const peakBytes = (): number => bytes.peak;

/** The device that the engine opened. @throws Error if it has opened none */
export function openedDevice(): GPUDevice {
  if (!opened.device) throw new Error('bench: the engine has not opened a device');
  return opened.device;
}

/** Vendor, architecture and device of the adapter behind it. */
export function openedAdapterName(): string {
  const info = opened.adapter?.info;
  return [info?.vendor, info?.architecture, info?.device, info?.description].filter(Boolean).join(' ');
}

/** Resolves when the GPU has finished everything submitted so far. */
export async function queueIdle(): Promise<void> {
  await opened.device?.queue.onSubmittedWorkDone();
}

type Observer = (self: object, result: unknown, args: readonly unknown[]) => void;

function observe(prototype: object, method: string, observer: Observer): void {
  const original: (this: object, ...args: unknown[]) => unknown = Reflect.get(prototype, method);
  Reflect.set(prototype, method, function observed(this: object, ...args: unknown[]): unknown {
    const result = original.apply(this, args);
    observer(this, result, args);
    return result;
  });
}

/** Wraps the prototypes; call once, before the engine asks for an adapter. */
export function observeWebGpu(): void {
  const count = (prototype: object, method: string, counter: keyof Counts) =>
    observe(prototype, method, () => {
      counts[counter]++;
    });
  observe(GPUAdapter.prototype, 'requestDevice', (self, result) => {
    opened.adapter = self as GPUAdapter;
    void (result as Promise<GPUDevice>).then((device) => {
      opened.device = device;
    });
  });
  const sizes = new WeakMap<object, number>();
  observe(GPUDevice.prototype, 'createBuffer', (_self, result, args) => {
    const { size } = args[0] as GPUBufferDescriptor;
    counts.buffersCreated++;
    sizes.set(result as GPUBuffer, size);
    bytes.live += size;
    bytes.peak = Math.max(bytes.peak, bytes.live);
  });
  observe(GPUBuffer.prototype, 'destroy', (self) => {
    bytes.live -= sizes.get(self) ?? 0;
    sizes.delete(self);
  });
  count(GPUDevice.prototype, 'createComputePipeline', 'pipelines');
  count(GPUDevice.prototype, 'createComputePipelineAsync', 'pipelines');
  count(GPUDevice.prototype, 'createBindGroup', 'bindGroups');
  count(GPUQueue.prototype, 'submit', 'submits');
  count(GPUQueue.prototype, 'writeBuffer', 'writes');
  count(GPUCommandEncoder.prototype, 'beginComputePass', 'passes');
  count(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', 'dispatches');
  count(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', 'dispatches');
}
