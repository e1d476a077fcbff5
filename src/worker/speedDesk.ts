/** How fast the adapter is: measured once, when first asked for, while nothing trains. */
import { type AdapterSpeed, measureAdapterSpeed } from '../plan/adapterSpeed';
import type { Engine } from '../plan/engine';

/** By the adapter's name: another device of the same adapter is as fast. */
const measured = new Map<string, Promise<AdapterSpeed>>();

/** @param isBusy with training, which a measurement would slow and which would spoil it */
export async function speedOf(engine: Engine | null, isBusy: boolean): Promise<AdapterSpeed | null> {
  if (!engine) return null;
  const { name } = engine.device.profile;
  let answer = measured.get(name);
  if (!answer) {
    if (isBusy) return null;
    answer = measureAdapterSpeed(engine.device);
    measured.set(name, answer);
    // A device that was lost meanwhile is asked again.
    answer.catch(() => measured.delete(name));
  }
  return answer;
}
