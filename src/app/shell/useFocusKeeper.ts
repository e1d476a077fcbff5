import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/** What may take the focus in place of something that has gone: the nearest of these around it that is still there. */
const LANDMARKS = 'section, article, aside, nav, form, main';

/**
 * The focus never falls into the void. Where what had it is taken off the page (a button that is replaced, a row that is
 * deleted), the nearest part of the page around it takes it; another page starts at its top, unless the focus is in the rail.
 */
export function useFocusKeeper(): void {
  useEffect(() => keepFocus(document), []);
  const [location] = useLocation();
  const before = useRef(location);
  useEffect(() => {
    if (before.current === location) return;
    before.current = location;
    const { activeElement } = document;
    const main = document.getElementById('main');
    if (activeElement === document.body || main?.contains(activeElement)) main?.focus({ preventScroll: true });
  }, [location]);
}

/** Watches until the returned function is called. */
function keepFocus(root: Document): () => void {
  let around: readonly Element[] = [];
  const onFocus = ({ target }: FocusEvent): void => {
    around = target instanceof Element ? [target, ...ancestorsOf(target)] : [];
  };
  const observer = new MutationObserver(() => {
    if (around[0]?.isConnected !== false || root.activeElement !== root.body) return;
    const place =
      around.find((element) => element.isConnected && element.matches(LANDMARKS)) ?? root.getElementById('main');
    if (!(place instanceof HTMLElement)) return;
    if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });
  root.addEventListener('focusin', onFocus);
  observer.observe(root.body, { childList: true, subtree: true });
  return () => {
    root.removeEventListener('focusin', onFocus);
    observer.disconnect();
  };
}

function ancestorsOf(element: Element): readonly Element[] {
  const ancestors: Element[] = [];
  for (let parent = element.parentElement; parent; parent = parent.parentElement) ancestors.push(parent);
  return ancestors;
}
