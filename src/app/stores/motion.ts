/**
 * Whether things may move: as the system says, or never. The document element carries `data-motion="still"` when not, which
 * the styles read; figures with playback ask `useIsStill()` and show all steps side by side instead.
 */
import { create } from 'zustand';
import { readKept, writeKept } from './kept';

export type MotionChoice = 'system' | 'still';
const KEY = 'tessera.motion';
const stillQuery = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)');

interface Motion {
  readonly choice: MotionChoice;
  readonly isStill: boolean;
  choose(choice: MotionChoice): void;
}

const resolve = (choice: MotionChoice): boolean => choice === 'still' || (stillQuery?.matches ?? false);

export const useMotion = create<Motion>()((set) => ({
  choice: 'system',
  isStill: resolve('system'),
  choose: (choice) => {
    writeKept(KEY, choice);
    set({ choice, isStill: resolve(choice) });
  },
}));

export const useIsStill = (): boolean => useMotion((motion) => motion.isStill);

/** Applies the kept choice and follows the system from now on; call once before the first paint. */
export function startMotion(): void {
  useMotion.subscribe(({ isStill }) => {
    document.documentElement.dataset['motion'] = isStill ? 'still' : 'moving';
  });
  useMotion.getState().choose(readKept(KEY) === 'still' ? 'still' : 'system');
  stillQuery?.addEventListener('change', () => useMotion.setState(({ choice }) => ({ isStill: resolve(choice) })));
}
