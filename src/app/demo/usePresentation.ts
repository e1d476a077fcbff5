import { useEffect, useState } from 'react';

/** Fields keep their arrow keys. */
const takesKeys = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input, select, textarea, [role="application"], [contenteditable]') !== null;

/**
 * Presentation mode: large type, nothing but the Demo; Escape leaves, the arrow keys step through the users.
 * @param onStep told 1 or −1
 */
export function usePresentation(onStep: (by: 1 | -1) => void): readonly [boolean, (isOn: boolean) => void] {
  const [isOn, setOn] = useState(false);
  useEffect(() => {
    if (!isOn) return;
    document.documentElement.dataset['presenting'] = '';
    return () => {
      delete document.documentElement.dataset['presenting'];
    };
  }, [isOn]);
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') setOn(false);
      else if ((event.key === 'ArrowRight' || event.key === 'ArrowLeft') && !takesKeys(event.target))
        onStep(event.key === 'ArrowRight' ? 1 : -1);
    };
    globalThis.addEventListener('keydown', onKey);
    return () => globalThis.removeEventListener('keydown', onKey);
  }, [isOn, onStep]);
  return [isOn, setOn];
}
