/** Views kept as files. */
import { saveFile } from '../data/saveFile';
import { reportOf } from '../reportOf';
import { useWorkspace } from '../stores/workspace';
import { currentView, openView } from './address';
import { readViewFile, VIEW_FILE, viewFile } from './viewFile';

/** Page, selection and view as a file that `pickView` or a drop brings back. */
export const saveView = (): void => saveFile(VIEW_FILE, viewFile(currentView()));

/** Shows what is wrong with a file that is no view; the page then stays as it is. */
export async function openViewFile(file: File): Promise<void> {
  try {
    openView(await readViewFile(file));
  } catch (error) {
    useWorkspace.getState().notify({ kind: 'error', title: 'The view could not be opened', ...reportOf(error) });
  }
}

/** Lets the user pick one. */
export function pickView(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.tessera-view';
  input.onchange = () => {
    const file = input.files?.[0];
    if (file) void openViewFile(file);
  };
  input.click();
}
