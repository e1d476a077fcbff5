import { type RefObject, useEffect, useRef, useState } from 'react';
import { runningRun, useJobs } from '../stores/jobs';
import { readKept, writeKept } from '../stores/kept';
import { useIsStill } from '../stores/motion';

const KEY = 'tessera.wallPlayed';
/** Of the figure that has to be in view. */
const SEEN = 0.5;

/**
 * Plays a figure by itself the first time it is seen, once for all visits; never where motion is reduced or a training moves the
 * figure already.
 * @param play starts it; only called once
 * @returns whether this is that time, and what ends it
 */
export function usePlayedOnce(
  host: RefObject<HTMLElement | null>,
  isReady: boolean,
  play: () => void,
): readonly [isFirst: boolean, stop: () => void] {
  const isStill = useIsStill();
  const isTraining = useJobs((jobs) => runningRun(jobs) !== null);
  const [isFirst, setFirst] = useState(false);
  const begin = useRef(play);
  begin.current = play;
  const isWanted = isReady && !isStill && !isTraining;
  useEffect(() => {
    const element = host.current;
    if (!element || !isWanted || readKept(KEY) !== null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ intersectionRatio }) => intersectionRatio >= SEEN) || readKept(KEY) !== null) return;
        observer.disconnect();
        writeKept(KEY, 'yes');
        setFirst(true);
        begin.current();
      },
      { threshold: SEEN },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [host, isWanted]);
  return [isFirst, () => setFirst(false)];
}
