/**
 * Life of a GPU device: an adapter asked for right before each device (one adapter serves one device), limits raised to
 * what the adapter offers, loss watched from creation, every buffer counted. `device.lost` marks the generation dead at
 * once: later calls throw `DeviceLostError` instead of silently succeeding (reliability.md A1, A2).
 */
import { DeviceLostError, OutOfMemoryError, UnsupportedError } from '../base/errors';
import type { KernelName } from './generated/kernels.gen';
import { KERNELS } from './generated/kernels.gen';
import { kernelSource } from './kernelSources';

export interface GpuCounters {
  dispatches: number;
  submits: number;
  bindGroups: number;
  buffersCreated: number;
  buffersLive: number;
  pipelines: number;
  bytesLive: number;
  bytesPeak: number;
}

/** What kernels may be chosen by. Recorded with a run: it decides the bits of the result. */
export interface AdapterProfile {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** Fixed subgroup width if `subgroups` is on and the width cannot vary, else 0. */
  readonly subgroupSize: number;
  readonly hasTimestamps: boolean;
  readonly hasF16: boolean;
  /** A CPU pretending to be a GPU: registers and subgroups win, workgroup memory and barriers lose. */
  readonly isSoftware: boolean;
  readonly maxInvocations: number;
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
}

export interface AcquireOptions {
  /** `default-limits` asks for nothing beyond what every WebGPU device has: the floor that all kernels must run on. */
  readonly limits?: 'adapter' | 'default-limits';
  readonly powerPreference?: GPUPowerPreference;
}

export interface CompiledKernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const WANTED_LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxStorageBuffersPerShaderStage',
] as const;
const WANTED_FEATURES: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query', 'shader-f16'];
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render|warp/i;

/** @param words of the browser */
export const lostSentence = (words: string): string =>
  `GPU lost (${words.replace(/\.$/, '') || 'no reason given'}): try again; training goes on from its last checkpoint.`;

export class GpuDevice {
  readonly counters: GpuCounters = {
    dispatches: 0,
    submits: 0,
    bindGroups: 0,
    buffersCreated: 0,
    buffersLive: 0,
    pipelines: 0,
    bytesLive: 0,
    bytesPeak: 0,
  };
  /** Resolves once when the device is gone, with the reason. */
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  #lostMessage: string | null = null;
  readonly #sizes = new WeakMap<GPUBuffer, number>();
  readonly #pipelines = new Map<string, Promise<CompiledKernel>>();
  readonly #layouts = new Map<KernelName, GPUBindGroupLayout>();
  readonly #uncaptured: string[] = [];

  private constructor(
    readonly raw: GPUDevice,
    readonly profile: AdapterProfile,
  ) {
    this.lost = raw.lost.then((info) => {
      this.#lostMessage = info.message;
      return { reason: info.reason, message: info.message };
    });
    raw.addEventListener('uncapturederror', (event) => {
      this.#uncaptured.push(event.error.message);
      console.error(`GPU: ${event.error.message}`);
    });
  }

  /** @throws UnsupportedError `gpu/none` without an adapter, `gpu/device` if the device is refused */
  static async acquire(gpu: GPU | undefined, options: AcquireOptions = {}): Promise<GpuDevice> {
    const adapter = await gpu?.requestAdapter({ powerPreference: options.powerPreference ?? 'high-performance' });
    if (!adapter)
      throw new UnsupportedError(
        'gpu/none',
        'WebGPU: no adapter was offered. Use a browser with WebGPU on (Chrome, Edge, Firefox, Safari 26) and hardware acceleration enabled.',
      );
    const isDefault = options.limits === 'default-limits';
    const requiredLimits: Record<string, number> = {};
    if (!isDefault) for (const limit of WANTED_LIMITS) requiredLimits[limit] = adapter.limits[limit];
    const requiredFeatures = isDefault ? [] : WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
    let raw: GPUDevice;
    try {
      raw = await adapter.requestDevice({ requiredLimits, requiredFeatures, label: 'tessera' });
    } catch (cause) {
      throw new UnsupportedError(
        'gpu/device',
        `WebGPU: the adapter refused a device (${String(cause)}). Reload the page or restart the browser.`,
        { cause },
      );
    }
    return new GpuDevice(raw, profileOf(adapter, raw));
  }

  get isLost(): boolean {
    return this.#lostMessage !== null;
  }

  /** Validation errors nobody caught; a healthy run has none. */
  get uncapturedErrors(): readonly string[] {
    return this.#uncaptured;
  }

  /** @throws DeviceLostError `gpu/lost` */
  requireAlive(): void {
    if (this.#lostMessage !== null) throw new DeviceLostError('gpu/lost', lostSentence(this.#lostMessage));
  }

  /** A counted buffer; the caller owns it and frees it with `destroyBuffer`. Sizes round up to 4 bytes. */
  createBuffer(sizeBytes: number, usage: GPUBufferUsageFlags, label: string): GPUBuffer {
    this.requireAlive();
    const size = Math.max(16, Math.ceil(sizeBytes / 4) * 4);
    if (size > this.profile.maxBufferBytes)
      throw new OutOfMemoryError(
        'gpu/buffer-size',
        `${label}: wanted ${size} bytes in one buffer, the adapter allows ${this.profile.maxBufferBytes}; use a smaller model or batch.`,
      );
    const buffer = this.raw.createBuffer({ size, usage, label });
    this.#sizes.set(buffer, size);
    const counters = this.counters;
    counters.buffersCreated++;
    counters.buffersLive++;
    counters.bytesLive += size;
    counters.bytesPeak = Math.max(counters.bytesPeak, counters.bytesLive);
    return buffer;
  }

  destroyBuffer(buffer: GPUBuffer): void {
    const size = this.#sizes.get(buffer);
    if (size === undefined) return;
    this.#sizes.delete(buffer);
    this.counters.buffersLive--;
    this.counters.bytesLive -= size;
    buffer.destroy();
  }

  /**
   * Runs `allocate` inside out-of-memory and validation scopes.
   * @throws OutOfMemoryError `gpu/memory` with bytes held; whatever `allocate` made must be freed by the caller.
   */
  async guarded<T>(operation: string, allocate: () => T | Promise<T>): Promise<T> {
    this.requireAlive();
    this.raw.pushErrorScope('validation');
    this.raw.pushErrorScope('out-of-memory');
    let result: T;
    try {
      result = await allocate();
    } catch (error) {
      await Promise.all([this.raw.popErrorScope(), this.raw.popErrorScope()]);
      throw error;
    }
    const [memory, validation] = await Promise.all([this.raw.popErrorScope(), this.raw.popErrorScope()]);
    this.requireAlive();
    if (memory)
      throw new OutOfMemoryError(
        'gpu/memory',
        `${operation}: the GPU is out of memory (${this.counters.bytesLive} bytes held here): ${memory.message}. Use a smaller model or batch.`,
      );
    if (validation) throw new Error(`${operation}: ${validation.message}`);
    return result;
  }

  /** The kernel's explicit bind-group layout, from the generated table. */
  layoutOf(name: KernelName): GPUBindGroupLayout {
    const known = this.#layouts.get(name);
    if (known) return known;
    const entries = KERNELS[name].bindings.map(
      (binding, index): GPUBindGroupLayoutEntry => ({
        binding: index,
        visibility: GPUShaderStage.COMPUTE,
        buffer: {
          type: binding.access === 'uniform' ? 'uniform' : binding.access === 'read' ? 'read-only-storage' : 'storage',
        },
      }),
    );
    const layout = this.raw.createBindGroupLayout({ entries, label: name });
    this.#layouts.set(name, layout);
    return layout;
  }

  /** Compiles a kernel once for each set of overrides. @throws Error with the compiler's message: a defect of ours. */
  kernel(name: KernelName, overrides: Readonly<Record<string, number>> = {}): Promise<CompiledKernel> {
    this.requireAlive();
    const key = `${name}|${Object.entries(overrides)
      .sort()
      .map(([k, v]) => `${k}=${v}`)
      .join(',')}`;
    const known = this.#pipelines.get(key);
    if (known) return known;
    const compiled = this.#compile(name, overrides);
    this.#pipelines.set(key, compiled);
    return compiled;
  }

  async #compile(name: KernelName, overrides: Readonly<Record<string, number>>): Promise<CompiledKernel> {
    const layout = this.layoutOf(name);
    const module = this.raw.createShaderModule({ code: kernelSource(name), label: name });
    this.counters.pipelines++;
    const pipeline = await this.raw.createComputePipelineAsync({
      label: name,
      layout: this.raw.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: name, constants: overrides },
    });
    return { pipeline, layout };
  }

  /** Frees the device on purpose; pending work is rejected. */
  dispose(): void {
    this.raw.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function profileOf(adapter: GPUAdapter, raw: GPUDevice): AdapterProfile {
  const info = adapter.info;
  const name = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ');
  const isFixed = raw.features.has('subgroups') && info.subgroupMinSize === info.subgroupMaxSize;
  return {
    name: name || 'unnamed adapter',
    vendor: info.vendor,
    architecture: info.architecture,
    subgroupSize: isFixed ? (info.subgroupMinSize ?? 0) : 0,
    hasTimestamps: raw.features.has('timestamp-query'),
    hasF16: raw.features.has('shader-f16'),
    isSoftware: SOFTWARE.test(name) || ('isFallbackAdapter' in info && info.isFallbackAdapter === true),
    maxInvocations: raw.limits.maxComputeInvocationsPerWorkgroup,
    maxBindingBytes: raw.limits.maxStorageBufferBindingSize,
    maxBufferBytes: raw.limits.maxBufferSize,
  };
}
