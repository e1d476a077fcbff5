/**
 * Small choices that outlive a visit (theme, folded rail, shortcuts), in localStorage. Storage may be refused (private
 * windows, policies): a choice then lasts as long as the page.
 */

/** The kept text, or null if there is none or it cannot be read. */
export function readKept(key: string): string | null {
  try {
    return globalThis.localStorage?.getItem(key) ?? null;
  } catch (error) {
    console.warn(`${key}: the kept choice could not be read`, error);
    return null;
  }
}

/** Keeps a text; null forgets it. */
export function writeKept(key: string, value: string | null): void {
  try {
    if (value === null) globalThis.localStorage?.removeItem(key);
    else globalThis.localStorage?.setItem(key, value);
  } catch (error) {
    console.warn(`${key}: the choice could not be kept`, error);
  }
}
