import { DeviceLostError } from '../base/errors';
import type { GpuDevice } from './device';

/** Some browsers never settle a map after device loss; give up after this long. */
const READ_DEADLINE_MS = 120_000;

/**
 * Maps a staging buffer, copies its bytes out and unmaps it, with a deadline and a generation check.
 * @throws DeviceLostError `gpu/lost`, `gpu/read-deadline`
 */
export async function readStaging(device: GpuDevice, staging: GPUBuffer, sizeBytes: number): Promise<ArrayBuffer> {
  device.requireAlive();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new DeviceLostError(
            'gpu/read-deadline',
            `readback: no answer from the GPU in ${READ_DEADLINE_MS} ms; reload the last checkpoint.`,
          ),
        ),
      READ_DEADLINE_MS,
    );
  });
  try {
    const lost = device.lost.then(() => device.requireAlive());
    await Promise.race([staging.mapAsync(GPUMapMode.READ, 0, sizeBytes), deadline, lost]);
  } catch (cause) {
    device.requireAlive();
    if (cause instanceof DeviceLostError) throw cause;
    throw new DeviceLostError(
      'gpu/lost',
      `readback: the GPU gave the map back unread (${String(cause)}); reload the last checkpoint.`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
  device.requireAlive();
  const bytes = staging.getMappedRange(0, sizeBytes).slice(0);
  staging.unmap();
  return bytes;
}

/** Reads `sizeBytes` (a multiple of 4) of `buffer`, waiting for all submitted work. */
export async function readBuffer(
  device: GpuDevice,
  buffer: GPUBuffer,
  offsetBytes: number,
  sizeBytes: number,
): Promise<ArrayBuffer> {
  device.requireAlive();
  if (sizeBytes === 0) return new ArrayBuffer(0);
  const staging = device.createBuffer(sizeBytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST, 'readback');
  try {
    const encoder = device.raw.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, offsetBytes, staging, 0, sizeBytes);
    device.raw.queue.submit([encoder.finish()]);
    device.counters.submits++;
    return await readStaging(device, staging, sizeBytes);
  } finally {
    device.destroyBuffer(staging);
  }
}
