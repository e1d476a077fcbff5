import { afterEach, describe, expect, it, vi } from 'vitest';
import { clearsAfterSevenDays, takesSafariNote } from './safari';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const SAFARI = `${MAC} Version/26.0 Safari/605.1.15`;
const CHROME_IOS =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1';
const OTHERS = [
  `${MAC.replace('605.1.15', '537.36')} Chrome/150.0.0.0 Safari/537.36`,
  `${MAC.replace('605.1.15', '537.36')} Chrome/150.0.0.0 Safari/537.36 Edg/150.0`,
  'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  'Mozilla/5.0 (Linux; U; Android 4.4) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
];

/** A browser's storage in memory. */
function stubStorage(): void {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
}

describe('the note on Safari', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is for Safari, and on iOS for every browser', () => {
    for (const agent of [SAFARI, CHROME_IOS]) expect(clearsAfterSevenDays(agent), agent).toBe(true);
    for (const agent of OTHERS) expect(clearsAfterSevenDays(agent), agent).toBe(false);
  });

  it('comes once for all visits', () => {
    stubStorage();
    expect(takesSafariNote(SAFARI, false)).toBe(true);
    expect(takesSafariNote(SAFARI, false)).toBe(false);
  });

  it('never comes in an installed app or elsewhere, and is then not used up', () => {
    stubStorage();
    expect(takesSafariNote(SAFARI, true)).toBe(false);
    for (const agent of OTHERS) expect(takesSafariNote(agent, false)).toBe(false);
    expect(takesSafariNote(CHROME_IOS, false)).toBe(true);
  });
});
