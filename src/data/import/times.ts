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

const DATE =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/** Whether `text` is a date, or date and time, with the year first. Other orders say different days to different readers. */
export function isDateText(text: string): boolean {
  return DATE.test(text);
}

/** Seconds since 1970 of such a text; without a zone it is taken as UTC. NaN for other texts and impossible days. */
export function secondsOfDate(text: string): number {
  const match = DATE.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  const atUtc =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
  const isRealDay = new Date(atUtc * 1000).getUTCDate() === Number(day) && Number(hour) < 24;
  return isRealDay ? atUtc + Number(fraction) - zoneSeconds(zone) : Number.NaN;
}

function zoneSeconds(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (match === null) return 0;
  const size = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === '-' ? -size : size;
}
