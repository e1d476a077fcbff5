/**
 * The buttons that the page shows now, as commands: whatever can be pressed can be found by its name in the palette, without
 * an entry anywhere.
 */
import type { Command } from './registry';

const PRESSABLE = 'button, summary, label.button, a.button, [role="button"]';
/** A table with a button a row would bury the rest: of many alike, the first few. */
const MAX_ALIKE = 5;
const MAX_ACTIONS = 150;

/** Visible, enabled buttons with a name, below the given elements; two with one name in one panel are one. */
export function pageActions(roots: readonly ParentNode[]): readonly Command[] {
  const actions = new Map<string, Command>();
  const alike = new Map<string, number>();
  for (const element of roots.flatMap((root) => [...root.querySelectorAll<HTMLElement>(PRESSABLE)])) {
    if (actions.size >= MAX_ACTIONS) break;
    const name = nameOf(element);
    if (name === '' || !isPressable(element)) continue;
    const panel = element.closest('[aria-labelledby], [aria-label]:is(section, nav, aside)');
    const place = panel ? placeOf(panel) : '';
    const id = `press ${place}: ${name}`;
    const kind = `${place} ${name.split(' ')[0]}`;
    const count = alike.get(kind) ?? 0;
    if (actions.has(id) || count >= MAX_ALIKE) continue;
    alike.set(kind, count + 1);
    actions.set(id, { id, title: name, group: 'page', words: place, run: () => press(element) });
  }
  return [...actions.values()];
}

/** What a screen reader would say: the label, else the text without what is hidden from it. */
function nameOf(element: Element): string {
  const label = element.getAttribute('aria-label');
  if (label !== null) return label.trim();
  const text = (element.textContent ?? '').trim().replace(/\s+/g, ' ');
  return text.length <= 80 ? text : '';
}

function placeOf(panel: Element): string {
  const label = panel.getAttribute('aria-label');
  if (label !== null) return label;
  const heading = document.getElementById(panel.getAttribute('aria-labelledby') ?? '');
  return (heading?.textContent ?? '').trim();
}

const isPressable = (element: HTMLElement): boolean =>
  !element.matches(':disabled, .is-disabled, [aria-disabled="true"]') &&
  element.checkVisibility({ visibilityProperty: true });

function press(element: HTMLElement): void {
  element.scrollIntoView({ block: 'nearest' });
  element.focus();
  element.click();
}
