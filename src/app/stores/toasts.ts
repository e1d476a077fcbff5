/** Short sentences about what was just done, with a way back where there is one. They go by themselves. */
import { create } from 'zustand';

export interface Toast {
  readonly id: number;
  readonly text: string;
  /** Name of the button, and what it does. */
  readonly action: { readonly name: string; run(): void } | null;
}

interface Toasts {
  readonly toasts: readonly Toast[];
  /** Shows a sentence for some seconds. */
  say(text: string, action?: Toast['action'], durationMs?: number): void;
  dismiss(id: number): void;
  /** Takes a sentence back that is no longer so. */
  take(text: string): void;
}

const DURATION_MS = 5000;
const MAX_TOASTS = 3;
let nextId = 1;

export const useToasts = create<Toasts>()((set) => ({
  toasts: [],
  say: (text, action = null, durationMs = DURATION_MS) => {
    const id = nextId++;
    set(({ toasts }) => ({
      toasts: [...toasts.filter((toast) => toast.text !== text), { id, text, action }].slice(-MAX_TOASTS),
    }));
    setTimeout(() => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })), durationMs);
  },
  dismiss: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
  take: (text) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.text !== text) })),
}));
