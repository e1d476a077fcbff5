/** The configuration being edited. A running job keeps its own copy: editing here makes the next run. */
import { create } from 'zustand';
import type { SystemConfig } from '../../worker/protocol';
import { FIRST_PRESET, PRESETS, type PresetName, presetOf } from '../config/presets';
import { edited, type FieldValue, type Section } from '../config/sections';

interface Draft {
  readonly config: SystemConfig;
  readonly preset: PresetName;
  /** Sentences about fields that hold no usable value, by `section.key`. */
  readonly problems: Readonly<Record<string, string>>;
}

interface DraftActions {
  choosePreset(name: PresetName): void;
  load(config: SystemConfig): void;
  /** Another configuration of the same preset. */
  change(config: SystemConfig): void;
  edit(section: Section, key: string, value: FieldValue): void;
  editSeed(seed: number): void;
  report(field: string, problem: string | null): void;
}

export const useDraft = create<Draft & DraftActions>()((set) => ({
  config: FIRST_PRESET,
  preset: 'laptop',
  problems: {},
  choosePreset: (preset) => set({ preset, config: PRESETS[preset], problems: {} }),
  load: (config) => set({ config, preset: presetOf(config), problems: {} }),
  change: (config) => set({ config }),
  edit: (section, key, value) => set(({ config }) => ({ config: edited(config, section, key, value) })),
  editSeed: (seed) => set(({ config }) => ({ config: { ...config, seed } })),
  report: (field, problem) =>
    set(({ problems }) => {
      const { [field]: _old, ...rest } = problems;
      return { problems: problem === null ? rest : { ...rest, [field]: problem } };
    }),
}));
