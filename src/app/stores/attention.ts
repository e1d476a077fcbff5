/** What may draw attention while a job runs or when it ends: each only where the user has switched it on. Kept in localStorage. */
import { create } from 'zustand';
import { readKept, writeKept } from './kept';

const AWAKE = 'tessera.keepAwake';
const TELLS = 'tessera.tellsWhenDone';
const ON = 'on';

interface Attention {
  /** The screen does not go dark while a model trains. */
  readonly keepsAwake: boolean;
  /** A system notification when a job ends and the page is not in view. */
  readonly tellsWhenDone: boolean;
  keepAwake(isOn: boolean): void;
  tellWhenDone(isOn: boolean): void;
}

export const useAttention = create<Attention>()((set) => ({
  keepsAwake: readKept(AWAKE) === ON,
  tellsWhenDone: readKept(TELLS) === ON,
  keepAwake: (keepsAwake) => {
    writeKept(AWAKE, keepsAwake ? ON : null);
    set({ keepsAwake });
  },
  tellWhenDone: (tellsWhenDone) => {
    writeKept(TELLS, tellsWhenDone ? ON : null);
    set({ tellsWhenDone });
  },
}));

/** Asks the browser; call it from a click. @returns whether it will show notifications */
export async function askToNotify(): Promise<boolean> {
  if (!('Notification' in globalThis)) return false;
  return (await Notification.requestPermission()) === 'granted';
}
