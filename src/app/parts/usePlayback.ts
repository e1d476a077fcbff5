import { useEffect, useState } from 'react';

export interface PlaybackState {
  /** Steps that are drawn: `from` … `depth`. */
  readonly shown: number;
  readonly isPlaying: boolean;
  show(step: number): void;
  toggle(): void;
  /** Plays from the first step. */
  play(): void;
  /** Shows all, also what is added later. */
  showAll(): void;
}

interface PlaybackOptions {
  /** What is played: another one starts whole. */
  readonly subject: unknown;
  /** Of one step on the screen. */
  readonly stepMs: number;
  /** The first step. */
  readonly from?: number;
  /** So many steps at once. */
  readonly stride?: number;
}

/** @param depth the last step; may grow, and is followed where all is shown */
export function usePlayback(depth: number, { subject, stepMs, from = 0, stride = 1 }: PlaybackOptions): PlaybackState {
  const [shown, setShown] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another subject is shown whole
  useEffect(() => {
    setShown(null);
    setPlaying(false);
  }, [subject]);
  const at = Math.min(shown ?? depth, depth);
  useEffect(() => {
    if (!isPlaying) return;
    if (at >= depth) {
      setPlaying(false);
      setShown(null);
      return;
    }
    const timer = setTimeout(() => setShown(at + stride), stepMs);
    return () => clearTimeout(timer);
  }, [isPlaying, at, depth, stride, stepMs]);
  return {
    shown: at,
    isPlaying,
    show(step) {
      setPlaying(false);
      setShown(step >= depth ? null : Math.max(from, step));
    },
    toggle() {
      if (!isPlaying && at >= depth) setShown(from);
      setPlaying(!isPlaying);
    },
    play() {
      setShown(from);
      setPlaying(true);
    },
    showAll() {
      setPlaying(false);
      setShown(null);
    },
  };
}
