/**
 * Holds the address and the stores together: the address bar always has the link that restores page, selection and view.
 * Changes of the stores replace the address; opening an address (reload, back, forward, a pasted link) sets the stores.
 * Opening another page keeps the selection unless its link brings one, and drops the old page's view.
 */
import { create } from 'zustand';
import { forgetChanges, recordChange } from '../commands/undoStack';
import { INSPECTOR_KEY } from '../inspector/inspectorView';
import { useDraft } from '../stores/draft';
import { isNothing, NOTHING, partsOf, type Selection, useSelection } from '../stores/selection';
import { type Notice, useWorkspace } from '../stores/workspace';
import { navigate, onNavigate, splitHash, subscribeToHash } from './hashPath';
import { decodeUrlState, encodeUrlState, type UrlState } from './urlState';
import type { View } from './viewFile';
import { useViewParams } from './viewParams';

/** Browsers refuse more than about 100 changes of the address in 30 s. */
const WRITE_EVERY_MS = 300;

interface AddressState {
  /** True while the selection is too long for a link: it is then left out of the address. */
  readonly isTooLong: boolean;
}

export const useAddress = create<AddressState>()(() => ({ isTooLong: false }));

/** What the selection's indices refer to; an address that was opened names it before the data is there. */
let dataKey: string | null = null;
let isReading = false;
let timer: ReturnType<typeof setTimeout> | null = null;

/** Reads the address and keeps it up to date from now on; call once before the first render. */
export function startAddress(): void {
  readAddress();
  onNavigate((query) => {
    write();
    const asked = decodeUrlState(query);
    const params = { ...carried(), ...asked.params };
    if (isNothing(asked.selection)) return queryOf(params);
    return encodeUrlState({ ...asked, params }) ?? query;
  });
  subscribeToHash(readAddress);
  useSelection.subscribe(writeSoon);
  useViewParams.subscribe(writeSoon);
  useWorkspace.subscribe((now, before) => {
    if (now.data !== before.data || now.phase !== before.phase) dataChanged(now.data?.hash.slice(0, 8) ?? null);
    const isOther = now.data !== before.data || now.phase !== before.phase;
    if (isOther || restoredNotice(now) !== restoredNotice(before)) forgetChanges();
  });
  useDraft.subscribe(({ config: after }, { config: before }) => {
    if (after === before) return;
    recordChange({
      label: 'configuration',
      mergeKey: 'configuration',
      undo: () => useDraft.getState().load(before),
      redo: () => useDraft.getState().load(after),
    });
  });
}

/** The link to what is shown now; null if it is too long for an address. */
export function currentLink(): string | null {
  if (useAddress.getState().isTooLong) return null;
  write();
  return location.href;
}

/** What is shown now, at any length. */
export function currentView(): View {
  const selection = partsOf(useSelection.getState());
  const { params } = useViewParams.getState();
  return { path: splitHash(location.hash).path, state: { selection, data: dataKey, params } };
}

/** Opens a view that was saved as a file, as one step of the history. */
export function openView({ path, state }: View): void {
  navigate(path);
  restore(state);
  writeSoon();
}

/** What of the view stays when another page is opened: the inspector belongs to all of them. */
function carried(): Readonly<Record<string, string>> {
  const value = useViewParams.getState().params[INSPECTOR_KEY];
  return value === undefined ? {} : { [INSPECTOR_KEY]: value };
}

/** There is a new one whenever a run was opened: its configuration is no edit. */
const restoredNotice = ({ notices }: { readonly notices: readonly Notice[] }): Notice | undefined =>
  notices.find(({ kind }) => kind === 'restored');

const readAddress = (): void => restore(decodeUrlState(splitHash(location.hash).query));

/** Sets the stores to a state that was opened. */
function restore({ selection, data, params }: UrlState): void {
  isReading = true;
  const open = useWorkspace.getState().data?.hash.slice(0, 8) ?? null;
  const isOfOther = data !== null && open !== null && data !== open;
  dataKey = data ?? open;
  useSelection.getState().restore(isOfOther ? withoutIndices(selection) : selection);
  useViewParams.setState({ params });
  isReading = false;
  if (isOfOther) tellOtherData();
}

/** Items, users and codes of other data mean something else: they go, and the user hears of it. */
function dataChanged(open: string | null): void {
  if (open === null || open === dataKey) return;
  const { items, codes, users } = useSelection.getState();
  if (dataKey !== null && items.length + codes.length + users.length > 0) {
    useSelection.getState().restore(withoutIndices(partsOf(useSelection.getState())));
    tellOtherData();
  }
  dataKey = open;
}

const withoutIndices = (selection: Selection): Selection => ({ ...selection, items: [], codes: [], users: [] });

function tellOtherData(): void {
  useWorkspace.getState().notify({
    kind: 'error',
    title: 'The selection was made on other data',
    message:
      'Items, users and codes of the link are left out. Open the data set that it was made on, then open the link again.',
    code: null,
  });
}

function writeSoon(): void {
  if (isReading) return;
  timer ??= setTimeout(write, WRITE_EVERY_MS);
}

function write(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  const { path, query: shown } = splitHash(location.hash);
  const query = queryOf(useViewParams.getState().params);
  if (query !== shown) history.replaceState(history.state, '', `#${path}${query === '' ? '' : `?${query}`}`);
}

function queryOf(params: Readonly<Record<string, string>>): string {
  const selection = partsOf(useSelection.getState());
  const query = encodeUrlState({ selection, data: dataKey, params });
  useAddress.setState({ isTooLong: query === null });
  return query ?? encodeUrlState({ selection: NOTHING, data: null, params }) ?? '';
}

/** Opens a page and picks something there, as one step of the history: "show these items in the Demo". */
export function openWith(path: string, parts: Partial<Selection>): void {
  useSelection.getState().pick(parts);
  navigate(path);
}
