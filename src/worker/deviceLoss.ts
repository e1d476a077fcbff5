/**
 * Training that outlives the loss of its GPU: the run is interrupted, the device is asked for again once after a pause, and
 * training goes on from the last checkpoint. A second loss soon after ends it: the browser may block the page's GPU on another.
 */
import { DeviceLostError, OutOfMemoryError } from '../base/errors';
import { lostSentence } from '../gpu/device';

/** A driver that is restarting refuses whoever asks at once. */
export const BACK_OFF_MS = 2_000;
/** After an automatic restart, wait this long before another one. */
export const RESTART_PAUSE_MS = 120_000;
/** The news of a loss may come just after the failure that it caused. */
export const NEWS_MS = 250;

/** What is known of a device; tests pass a plain object. */
export interface LossyDevice {
  readonly isLost: boolean;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
}

export interface LossPorts<E> {
  /** Asks for a device again. May throw. */
  readonly reopen: () => Promise<E>;
  /** The run stands still, by the browser’s own words; `isRetried`: it will go on by itself. */
  readonly interrupted: (message: string, isRetried: boolean) => Promise<void>;
  /** There is a device again. */
  readonly resumed: () => Promise<void>;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Whether the user stopped the run meanwhile. */
  readonly isStopped: () => boolean;
}

/** Remembers over all runs of a page when a device was last asked for again. */
export class DeviceLoss {
  #lastRestart = Number.NEGATIVE_INFINITY;

  /**
   * Runs `train`, and again on a new device where the first is lost.
   * @throws DeviceLostError `gpu/lost` if it is lost again too soon or does not come back; whatever else `train` throws
   */
  async survive<E extends { readonly device: LossyDevice }, T>(
    engine: E,
    train: (engine: E) => Promise<T>,
    ports: LossPorts<E>,
  ): Promise<T> {
    try {
      return await train(engine);
    } catch (error) {
      if (ports.isStopped() || !(await isLoss(error, engine.device, ports.wait))) throw error;
      const loss = error instanceof DeviceLostError ? error : await lossOf(engine.device, error);
      const isRetried = ports.now() - this.#lastRestart >= RESTART_PAUSE_MS;
      const words = engine.device.isLost ? (await engine.device.lost).message : loss.message;
      await ports.interrupted(words, isRetried);
      if (!isRetried) throw loss;
      await ports.wait(BACK_OFF_MS);
      if (ports.isStopped()) throw loss;
      this.#lastRestart = ports.now();
      const again = await this.#reopened(ports);
      await ports.resumed();
      return this.survive(again, train, ports);
    }
  }

  async #reopened<E>({ reopen }: LossPorts<E>): Promise<E> {
    try {
      return await reopen();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DeviceLostError(
        'gpu/lost',
        `train: the GPU was lost and did not come back (${why}); press Continue on the run’s page, or reload the page.`,
        { cause },
      );
    }
  }
}

/**
 * Whether a failure is the loss of the device, whatever it looks like: an allocation on a device that is going fails as if memory
 * were short, and what was waiting for it fails in words of the browser.
 */
export async function isLoss(error: unknown, device: LossyDevice, wait: LossPorts<never>['wait']): Promise<boolean> {
  if (error instanceof DeviceLostError || device.isLost) return true;
  if (!(error instanceof OutOfMemoryError) && !(error instanceof DOMException)) return false;
  return Promise.race([device.lost.then(() => true), wait(NEWS_MS).then(() => false)]);
}

async function lossOf(device: LossyDevice, cause: unknown): Promise<DeviceLostError> {
  const { message } = await device.lost;
  return new DeviceLostError('gpu/lost', lostSentence(message), { cause });
}
