/**
 * Runs commands by their keys. Combinations with Mod work everywhere, also while text is typed, except undo and redo, which
 * belong to the text then. Single characters and sequences never fire in inputs, nor while a dialog is open.
 */
import { keysOf, useShortcuts } from '../stores/shortcuts';
import { isMacLike, isSingleCharacter, pressOf } from './keys';
import { type Command, commandsNow } from './registry';

/** Time for the second key of a sequence. */
const SEQUENCE_MS = 1500;
const EDITABLE =
  'input:not([type="radio"], [type="checkbox"], [type="range"], [type="button"], [type="file"]), textarea, select, [contenteditable="true"], [role="textbox"], [role="combobox"], [role="searchbox"]';
/** What takes the space bar for itself. */
const PRESSABLE = 'button, a, summary, input, [role="button"], [role="switch"], [role="tab"]';
const OF_TEXT: ReadonlySet<string> = new Set(['Mod+Z', 'Mod+Shift+Z']);

/** Listens until the returned function is called. */
export function startKeyboard(target: Window): () => void {
  let begun: { readonly press: string; readonly at: number } | null = null;
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing || event.defaultPrevented) return;
    const press = pressOf(event, isMacLike());
    const before = begun && event.timeStamp - begun.at < SEQUENCE_MS ? `${begun.press} ` : '';
    const { command, isBegun } = matchPress(before, press, {
      commands: commandsNow(),
      keys: (candidate) => keysOf(candidate, useShortcuts.getState()),
      focus: event.target instanceof Element ? event.target : null,
      isModal: document.querySelector('dialog[open]') !== null,
    });
    if (/^(Shift|Control|Alt|Meta)$/.test(event.key)) return;
    begun = isBegun ? { press, at: event.timeStamp } : null;
    if (!command || (event.repeat && isSingleCharacter(press))) return;
    event.preventDefault();
    command.run();
  };
  target.addEventListener('keydown', onKey);
  return () => target.removeEventListener('keydown', onKey);
}

interface Focus {
  closest(selectors: string): unknown;
}

interface Situation {
  readonly commands: readonly Command[];
  keys(command: Command): string | null;
  /** What has the focus: only `closest` of it is asked. */
  readonly focus: Focus | null;
  readonly isModal: boolean;
}

/**
 * The command for a press, after `before` (`'g '` or nothing).
 * @returns `isBegun` when the press is the first of a sequence
 */
export function matchPress(
  before: string,
  press: string,
  { commands, keys, focus, isModal }: Situation,
): { readonly command: Command | null; readonly isBegun: boolean } {
  const isSingle = isSingleCharacter(press);
  const isTyping = focus?.closest(EDITABLE) != null;
  if (isSingle && (isTyping || isModal)) return { command: null, isBegun: false };
  if (isTyping && OF_TEXT.has(press)) return { command: null, isBegun: false };
  if (press === 'Space' && focus?.closest(PRESSABLE) != null) return { command: null, isBegun: false };
  const isHere = ({ within }: Command): boolean => within === undefined || focus?.closest(within) != null;
  const here = commands.filter(isHere);
  const find = (wanted: string): Command | null => here.find((command) => keys(command) === wanted) ?? null;
  const command = (before === '' ? null : find(before + press)) ?? find(press);
  const isBegun = command === null && isSingle && here.some((other) => keys(other)?.startsWith(`${press} `));
  return { command, isBegun };
}
