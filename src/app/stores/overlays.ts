/** Which dialog of the shell is open; one at a time. */
import { create } from 'zustand';

export type Overlay = 'palette' | 'help';

interface Overlays {
  readonly open: Overlay | null;
  show(overlay: Overlay): void;
  close(): void;
}

export const useOverlays = create<Overlays>()((set) => ({
  open: null,
  show: (open) => set({ open }),
  close: () => set({ open: null }),
}));
