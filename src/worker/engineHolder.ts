/** The session's GPU engine: acquired when first needed, again after a loss. */
import { UnsupportedError } from '../base/errors';
import { type AdapterProfile, GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';

export class EngineHolder {
  #engine: Engine | null = null;

  /** @param onLost told why, when the device is lost for another reason than being destroyed */
  constructor(readonly onLost: (message: string) => void) {}

  /** @throws UnsupportedError without WebGPU */
  async open(): Promise<Engine> {
    if (this.#engine && !this.#engine.device.isLost) return this.#engine;
    const device = await GpuDevice.acquire(navigator.gpu);
    void device.lost.then(({ reason, message }) => {
      if (reason !== 'destroyed') this.onLost(message);
    });
    this.#engine = new Engine(device);
    return this.#engine;
  }

  /** Null without WebGPU. */
  async openOrNull(): Promise<Engine | null> {
    try {
      return await this.open();
    } catch (error) {
      if (error instanceof UnsupportedError) return null;
      throw error;
    }
  }

  /** Of the last device; null before the first. */
  get profile(): AdapterProfile | null {
    return this.#engine?.device.profile ?? null;
  }

  /** The next `open` acquires a new device. */
  drop(): void {
    this.#engine = null;
  }
}
