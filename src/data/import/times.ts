/** Times of foreign data, in seconds since 1970. */

/** Seconds reach 10^11 in the year 5138, milliseconds passed it in March 1973. */
const FIRST_MILLISECONDS = 1e11;
const FIRST_MICROSECONDS = 1e14;
const FIRST_NANOSECONDS = 1e17;

/** A number of seconds, milli-, micro- or nanoseconds, told apart by magnitude, in seconds; NaN stays NaN. */
export function secondsOf(time: number): number {
  const size = Math.abs(time);
  if (size < FIRST_MILLISECONDS) return time;
  if (size < FIRST_MICROSECONDS) return time / 1e3;
  if (size < FIRST_NANOSECONDS) return time / 1e6;
  return time / 1e9;
}
