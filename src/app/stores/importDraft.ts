/** The import being prepared: files, what they were recognised as, and the user's answers. */
import { create } from 'zustand';
import type {
  CandidateView,
  ColumnMapping,
  DomainRole,
  Preflight,
  ErrorReport as Problem,
  Recognised,
} from '../../worker/protocol/data';

export type WizardStep = 'files' | 'format' | 'columns' | 'check';

interface ImportDraft {
  readonly isOpen: boolean;
  readonly step: WizardStep;
  /** What the worker is looking at; null when it is not busy. */
  readonly busy: string | null;
  readonly error: Problem | null;
  readonly recognised: Recognised | null;
  readonly candidate: CandidateView | null;
  readonly name: string;
  readonly role: DomainRole;
  readonly mapping: ColumnMapping;
  readonly isWithoutImages: boolean;
  readonly preflight: Preflight | null;
}

interface ImportDraftActions {
  open(): void;
  close(): void;
  works(busy: string): void;
  fails(error: Problem): void;
  recognises(recognised: Recognised): void;
  choose(candidate: CandidateView): void;
  goTo(step: WizardStep): void;
  edit(change: Partial<Pick<ImportDraft, 'name' | 'role' | 'mapping' | 'isWithoutImages'>>): void;
  checks(preflight: Preflight): void;
}

const NOTHING = {
  step: 'files',
  busy: null,
  error: null,
  recognised: null,
  candidate: null,
  name: '',
  role: 'downstream',
  mapping: {},
  isWithoutImages: false,
  preflight: null,
} satisfies Omit<ImportDraft, 'isOpen'>;

const chosen = (candidate: CandidateView) => ({
  candidate,
  // A name is asked for where nothing proposes one; this one can be kept.
  name: candidate.domainName || 'My domain',
  mapping: candidate.mapping?.guess ?? {},
  preflight: null,
});

export const useImportDraft = create<ImportDraft & ImportDraftActions>()((set) => ({
  isOpen: false,
  ...NOTHING,
  open: () => set({ isOpen: true, ...NOTHING }),
  close: () => set({ isOpen: false, ...NOTHING }),
  works: (busy) => set({ isOpen: true, busy, error: null }),
  fails: (error) => set({ isOpen: true, busy: null, error }),
  recognises: (recognised) => {
    const first = recognised.candidates.find(({ isAddition }) => !isAddition);
    if (!first) set({ busy: null, recognised, candidate: null, step: 'format' });
    else
      set({
        busy: null,
        recognised,
        ...chosen(first),
        step: recognised.candidates.length > 1 ? 'format' : nextStep(first),
      });
  },
  choose: (candidate) => set(chosen(candidate)),
  goTo: (step) => set({ step, error: null }),
  edit: (change) => set(change),
  checks: (preflight) => set({ preflight, busy: null }),
}));

/** Where a candidate goes from the choice of format. */
export const nextStep = (candidate: CandidateView): WizardStep => (candidate.mapping ? 'columns' : 'check');
