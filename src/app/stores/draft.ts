/** The configuration being edited. A running job keeps its own copy: editing here makes the next run. */
import { create } from 'zustand';
import type { RunConfig } from '../../worker/protocol';
import { PRESETS, type PresetName, presetOf } from '../config/presets';
import { edited, type FieldValue, type Section } from '../config/sections';

interface Draft {
  readonly config: RunConfig;
  readonly preset: PresetName;
  /** Sentences about fields that hold no usable value, by `section.key`. */
  readonly problems: Readonly<Record<string, string>>;
}

interface DraftActions {
  choosePreset(name: PresetName): void;
  load(config: RunConfig): void;
  edit(section: Section, key: string, value: FieldValue): void;
  editSeed(seed: number): void;
  report(field: string, problem: string | null): void;
}

export const useDraft = create<Draft & DraftActions>()((set) => ({
  config: PRESETS.laptop,
  preset: 'laptop',
  problems: {},
  choosePreset: (preset) => set({ preset, config: PRESETS[preset], problems: {} }),
  load: (config) => set({ config, preset: presetOf(config), problems: {} }),
  edit: (section, key, value) => set(({ config }) => ({ config: edited(config, section, key, value) })),
  editSeed: (seed) => set(({ config }) => ({ config: { ...config, seed } })),
  report: (field, problem) =>
    set(({ problems }) => {
      const { [field]: _old, ...rest } = problems;
      return { problems: problem === null ? rest : { ...rest, [field]: problem } };
    }),
}));
