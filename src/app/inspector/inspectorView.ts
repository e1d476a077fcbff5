/** Whether the inspector is open: in the address of every page, so that a copied link shows it too. Not a step to undo. */
import { useViewParams } from '../navigation/viewParams';

export const INSPECTOR_KEY = 'inspector';
const OPEN = 'open';

let before: Element | null = null;

export const isInspectorOpen = (): boolean => useViewParams.getState().params[INSPECTOR_KEY] === OPEN;
export const useIsInspectorOpen = (): boolean => useViewParams(({ params }) => params[INSPECTOR_KEY] === OPEN);

/** Opens it with the focus inside, or closes it and gives the focus back. */
export function toggleInspector(): void {
  const isOpen = isInspectorOpen();
  if (!isOpen) before = document.activeElement;
  useViewParams.setState(({ params }) => {
    const { [INSPECTOR_KEY]: _old, ...others } = params;
    return { params: isOpen ? others : { ...others, [INSPECTOR_KEY]: OPEN } };
  });
  if (!isOpen) return;
  if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
  before = null;
}

/** True once after the user opened it, false where an address did. */
export const wasAskedFor = (): boolean => before !== null;
