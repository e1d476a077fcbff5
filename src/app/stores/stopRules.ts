/** When the next run ends before its last epoch; stands beside the draft, since it changes how long a run takes, not what it is. */
import { create } from 'zustand';
import type { StopRules } from '../../worker/protocol';

interface StopRulesState extends StopRules {
  limit(minutes: number | null): void;
}

export const useStopRules = create<StopRulesState>()((set) => ({
  minutes: null,
  limit: (minutes) => set({ minutes }),
}));

export const stopRules = (): StopRules => ({ minutes: useStopRules.getState().minutes });
