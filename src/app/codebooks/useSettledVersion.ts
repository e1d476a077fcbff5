import { useEffect, useRef, useState } from 'react';
import { useCodes } from '../stores/codes';
import { useJobs } from '../stores/jobs';

/** What costs more than a snapshot is asked again this often at most while a tokenizer trains. */
const EVERY_MS = 10_000;

/** The version of the codes; while a tokenizer trains it moves every ten seconds, at its end at once. */
export function useSettledVersion(): number {
  const version = useCodes((state) => state.version);
  const isTraining = useJobs(({ tokenizer }) => tokenizer.state === 'running');
  const [settled, setSettled] = useState(version);
  const changed = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (version === settled) return;
    const settle = (): void => {
      changed.current = performance.now();
      setSettled(version);
    };
    const left = isTraining && version > 0 ? changed.current + EVERY_MS - performance.now() : 0;
    if (left <= 0) {
      settle();
      return;
    }
    const timer = setTimeout(settle, left);
    return () => clearTimeout(timer);
  }, [version, settled, isTraining]);
  return settled;
}
