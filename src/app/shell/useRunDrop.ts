import { useEffect } from 'react';
import { openViewFile } from '../navigation/savedViews';
import { isViewFile } from '../navigation/viewFile';
import { isRunFile } from '../runFile';
import { useSession } from '../sessionContext';

/** A `.tessera` run or a `.tessera-view` may be dropped anywhere. Other files that miss a drop zone do nothing; a browser would leave the page for them. */
export function useRunDrop(): void {
  const session = useSession();
  useEffect(() => {
    const hold = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const take = (event: DragEvent): void => {
      const files = [...(event.dataTransfer?.files ?? [])];
      // A drop zone has taken them already.
      if (event.defaultPrevented || files.length === 0) return;
      event.preventDefault();
      const view = files.find(({ name }) => isViewFile(name));
      if (view) void openViewFile(view);
      if (files.some(({ name }) => isRunFile(name))) void session.openRun(files);
    };
    window.addEventListener('dragover', hold);
    window.addEventListener('drop', take);
    return () => {
      window.removeEventListener('dragover', hold);
      window.removeEventListener('drop', take);
    };
  }, [session]);
}
