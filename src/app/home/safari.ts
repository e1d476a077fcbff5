/** Safari's rule about storage, which no other engine has. */
import { readKept, writeKept } from '../stores/kept';

const KEY = 'tessera.safariNote';

/**
 * Whether the browser clears what pages stored after seven days of its use without a visit: WebKit, on iOS whatever the browser's
 * name ("Full Third-Party Cookie Blocking and More", webkit.org, 2020).
 */
export function clearsAfterSevenDays(userAgent: string): boolean {
  if (/\b(iPhone|iPad|iPod)\b/.test(userAgent)) return true;
  return /\bSafari\//.test(userAgent) && /\bVersion\//.test(userAgent) && !/Chrom(e|ium)\/|Android/.test(userAgent);
}

/** True once for all visits, in such a browser where the page is not an installed app, which the rule spares. */
export function takesSafariNote(userAgent: string, isInstalled: boolean): boolean {
  if (isInstalled || !clearsAfterSevenDays(userAgent) || readKept(KEY) !== null) return false;
  writeKept(KEY, 'shown');
  return true;
}
