/** What a multi-identifier run has told so far: its kept tokenizers and its estimates of influence. */
import { create } from 'zustand';
import type { CurriculumReport, DriftSummary, KeptEpoch } from '../../worker/protocol';

interface MultiIdentifier {
  /** Kept tokenizer epochs, oldest first. */
  readonly kept: readonly KeptEpoch[];
  /** Figure V5 of as many tokenizers as were kept when it was asked for. */
  readonly drift: DriftSummary | null;
  readonly isMeasuring: boolean;
  readonly curriculum: readonly CurriculumReport[];
}

interface MultiIdentifierActions {
  keptEpoch(epoch: KeptEpoch): void;
  measuring(): void;
  measured(drift: DriftSummary | null): void;
  estimated(report: CurriculumReport): void;
  restored(kept: readonly KeptEpoch[], curriculum: readonly CurriculumReport[]): void;
  forgotten(what: 'all' | 'curriculum'): void;
}

export const useMultiIdentifier = create<MultiIdentifier & MultiIdentifierActions>()((set) => ({
  kept: [],
  drift: null,
  isMeasuring: false,
  curriculum: [],
  keptEpoch: (epoch) => set(({ kept }) => ({ kept: [...kept.filter((old) => old.epoch < epoch.epoch), epoch] })),
  measuring: () => set({ isMeasuring: true }),
  measured: (drift) => set({ drift, isMeasuring: false }),
  estimated: (report) =>
    set(({ curriculum }) => ({ curriculum: [...curriculum.filter((old) => old.stage < report.stage), report] })),
  restored: (kept, curriculum) => set({ kept, curriculum, drift: null }),
  forgotten: (what) =>
    set(what === 'all' ? { kept: [], drift: null, isMeasuring: false, curriculum: [] } : { curriculum: [] }),
}));
