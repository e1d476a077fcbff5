import { useEffect, useRef, useState } from 'react';

const EVERY_MS = 500;

/** A text for a live region that changes at most twice a second; the last one always arrives. */
export function usePoliteText(text: string): string {
  const [said, setSaid] = useState('');
  const last = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const wait = Math.max(0, last.current + EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return said;
}
