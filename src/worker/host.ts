/** What the worker learns from its device and its web server. */
import { UnsupportedError } from '../base/errors';
import type { GpuDevice } from '../gpu/device';
import type { AdapterReport, Progress } from './protocol';

/** Nothing runs. */
export const IDLE: Progress = {
  stage: 'idle',
  isPaused: false,
  done: 0,
  total: 0,
  unit: '',
  rate: 0,
  etaSeconds: null,
  epoch: 0,
  epochs: 0,
};

export function adapterReport(device: GpuDevice): AdapterReport {
  const { name, isSoftware, hasF16, subgroupSize, maxBufferBytes, maxBindingBytes } = device.profile;
  return { name, isSoftware, hasF16, subgroupSize, maxBufferBytes, maxBindingBytes };
}

/** @throws UnsupportedError `worker/file` */
export async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok)
    throw new UnsupportedError(
      'worker/file',
      `fetch ${url.pathname}: status ${response.status}; the installation is incomplete, run npm start again.`,
    );
  return new Uint8Array(await response.arrayBuffer());
}
