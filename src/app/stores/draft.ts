/** The configuration being edited. A running job keeps its own copy: editing here makes the next run. */
import { create } from 'zustand';
import type { RunConfig } from '../../worker/protocol';
import { PRESETS, type PresetName } from '../config/presets';

export type Section = 'encoder' | 'tokenizer' | 'recommender';

interface Draft {
  readonly config: RunConfig;
  readonly preset: PresetName;
  /** Sentences about fields that hold no usable value, by `section.key`. */
  readonly problems: Readonly<Record<string, string>>;
}

interface DraftActions {
  choosePreset(name: PresetName): void;
  load(config: RunConfig): void;
  edit(section: Section, key: string, value: number | string | readonly number[]): void;
  editSeed(seed: number): void;
  report(field: string, problem: string | null): void;
}

export const useDraft = create<Draft & DraftActions>()((set) => ({
  config: PRESETS.laptop,
  preset: 'laptop',
  problems: {},
  choosePreset: (preset) => set({ preset, config: PRESETS[preset], problems: {} }),
  load: (config) => set({ config, preset: presetOf(config.name), problems: {} }),
  edit: (section, key, value) =>
    set(({ config }) => ({ config: { ...config, [section]: { ...config[section], [key]: value } } })),
  editSeed: (seed) => set(({ config }) => ({ config: { ...config, seed } })),
  report: (field, problem) =>
    set(({ problems }) => {
      const { [field]: _old, ...rest } = problems;
      return { problems: problem === null ? rest : { ...rest, [field]: problem } };
    }),
}));

const presetOf = (name: string): PresetName =>
  name === 'test' || name === 'laptop' || name === 'paper' ? name : 'laptop';
