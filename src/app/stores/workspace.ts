/** What the page knows of the host and the data: adapter, open data set, notices. */
import { create } from 'zustand';
import type { AdapterReport, DataSummary, ErrorReport } from '../../worker/protocol';

export interface Notice {
  readonly kind: 'restored' | 'deviceLost' | 'error';
  /** What failed, for an error; the message says why and what to do. */
  readonly title?: string;
  readonly message: string;
  readonly code: string | null;
}

interface Workspace {
  readonly phase: 'connecting' | 'ready' | 'broken';
  readonly adapter: AdapterReport | null;
  readonly adapterProblem: string | null;
  readonly data: DataSummary | null;
  /** What is being opened: "the sample" or file names. */
  readonly opening: string | null;
  readonly openError: ErrorReport | null;
  readonly notices: readonly Notice[];
}

interface WorkspaceActions {
  connected(adapter: AdapterReport | null, problem: string | null): void;
  broken(error: ErrorReport): void;
  opens(what: string): void;
  opened(data: DataSummary | null): void;
  refused(error: ErrorReport): void;
  notify(notice: Notice): void;
  dismiss(kind: Notice['kind']): void;
}

export const useWorkspace = create<Workspace & WorkspaceActions>()((set) => ({
  phase: 'connecting',
  adapter: null,
  adapterProblem: null,
  data: null,
  opening: null,
  openError: null,
  notices: [],
  connected: (adapter, adapterProblem) => set({ phase: 'ready', adapter, adapterProblem }),
  broken: (error) => set((state) => ({ phase: 'broken', notices: added(state.notices, { kind: 'error', ...error }) })),
  opens: (opening) => set({ opening, openError: null }),
  opened: (data) => set({ data, opening: null, openError: null }),
  refused: (openError) => set({ opening: null, openError }),
  notify: (notice) => set((state) => ({ notices: added(state.notices, notice) })),
  dismiss: (kind) => set((state) => ({ notices: state.notices.filter((notice) => notice.kind !== kind) })),
}));

/** One notice a kind: the newest. */
const added = (notices: readonly Notice[], notice: Notice): readonly Notice[] => [
  ...notices.filter(({ kind }) => kind !== notice.kind),
  notice,
];
