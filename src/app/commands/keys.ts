/** Keys as text (`Mod+K`, `g d`, `?`, `Space`), how they are matched to what is pressed, and how they are shown. */

/** What of a keyboard event decides. */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = { ' ': 'Space' };

/**
 * One press as text: `Mod+Shift+Z`, `?`, `g`. `Mod` is Command on a Mac and Control elsewhere. Shift is named only beside
 * Mod: alone it is part of the character (`?`).
 */
export function pressOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed, isMac: boolean): string {
  const name = NAMES[key] ?? key;
  const isMod = isMac ? metaKey : ctrlKey;
  const others = `${(isMac ? ctrlKey : metaKey) ? 'Meta+' : ''}${altKey ? 'Alt+' : ''}`;
  if (isMod) return `Mod+${others}${shiftKey && /^[a-z]$/i.test(name) ? 'Shift+' : ''}${name.toUpperCase()}`;
  return `${others}${name}`;
}

/** True for keys without Mod or Alt: they may be switched off, and never fire where text is typed. */
export const isSingleCharacter = (keys: string): boolean => !keys.includes('+') || keys === '+';

/** Keys for people: `⌘ K` or `Ctrl K`, `g then d`. */
export function shownKeys(keys: string, isMac: boolean): readonly string[] {
  return keys.split(' ').flatMap((press, at) => {
    const parts = press === '+' ? ['+'] : press.split('+').map((part) => shownPart(part, isMac));
    return at === 0 ? parts : ['then', ...parts];
  });
}

function shownPart(part: string, isMac: boolean): string {
  if (part === 'Mod') return isMac ? '⌘' : 'Ctrl';
  if (part === 'Shift') return isMac ? '⇧' : 'Shift';
  return part;
}

export const isMacLike = (): boolean => /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/**
 * Whether a text may be used as single-character keys: one character but `g`, or `g` and one character. Space, Enter, Tab and Escape
 * belong to what has the focus.
 */
export const isKeysText = (text: string): boolean => /^(g [^\s+]|[^\sg+])$/u.test(text);
