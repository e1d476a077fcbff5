import { useEffect, useState } from 'react';

/** Long enough to follow one step with the eye. */
const STEP_MS = 900;

export interface PlaybackState {
  /** Steps that are drawn: 0 … depth. */
  readonly shown: number;
  readonly isPlaying: boolean;
  show(step: number): void;
  toggle(): void;
}

/** @param subject what is played: another one starts whole */
export function usePlayback(depth: number, subject: unknown): PlaybackState {
  const [shown, setShown] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search is shown whole
  useEffect(() => {
    setShown(null);
    setPlaying(false);
  }, [subject]);
  const at = Math.min(shown ?? depth, depth);
  useEffect(() => {
    if (!isPlaying) return;
    if (at >= depth) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => setShown(at + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, at, depth]);
  return {
    shown: at,
    isPlaying,
    show(step) {
      setPlaying(false);
      setShown(Math.min(depth, Math.max(0, step)));
    },
    toggle() {
      if (!isPlaying && at >= depth) setShown(0);
      setPlaying(!isPlaying);
    },
  };
}
