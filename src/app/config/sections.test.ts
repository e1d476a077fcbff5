import { describe, expect, it } from 'vitest';
import { RECOMMENDER_FIELDS, TOKENIZER_FIELDS, UTGREC_FIELDS } from './fields';
import { methodOf, PRESET_NAMES, PRESETS, presetOf } from './presets';
import { readField } from './readField';
import { sameRun } from './sameRun';
import { edited, sectionOf, textOf } from './sections';
import { residualOf } from './system';

const FIELDS = [...TOKENIZER_FIELDS, ...UTGREC_FIELDS, ...RECOMMENDER_FIELDS].flatMap(({ fields }) => fields);

describe('presets and fields', () => {
  it.each(PRESET_NAMES)('%s: every field of its parts reads back as it stands', (name) => {
    const config = PRESETS[name];
    for (const field of FIELDS) {
      if (sectionOf(config, field.section) === null || (field.isForMany && methodOf(config) === 'tiger')) continue;
      const text = textOf(config, field.section, field.key);
      // TIGER's presets keep no epochs.
      if (text === '' && field.key !== 'model' && field.isForMany) continue;
      expect(readField(field, text).problem, `${field.section}.${field.key} = "${text}"`).toBeNull();
    }
  });
  it.each(PRESET_NAMES)('%s is found again by its configuration', (name) => {
    expect(presetOf(PRESETS[name])).toBe(name);
  });
});

describe('edited', () => {
  const config = residualOf(PRESETS['mtgrec-test']);
  if (!config) throw new Error('no preset');
  it('replaces one field, also inside fine-tuning, and leaves the rest alone', () => {
    const next = edited(config, 'fineTuning', 'epochs', 9);
    expect(residualOf(next)?.multiIdentifier?.fineTuning).toEqual({ ...config.multiIdentifier?.fineTuning, epochs: 9 });
    expect(next.recommender).toBe(config.recommender);
    expect(config.multiIdentifier?.fineTuning?.epochs).not.toBe(9);
  });
  it('leaves a storage of none out again: the same run as before', () => {
    for (const [name, section] of [
      ['test', 'recommender'],
      ['utgrec-test', 'recommender'],
      ['utgrec-test', 'utgrec.training'],
    ] as const) {
      const half = edited(PRESETS[name], section, 'storage', 'f16');
      expect(textOf(half, section, 'storage')).toBe('f16');
      expect(edited(half, section, 'storage', '')).toEqual(PRESETS[name]);
      expect(Object.keys(sectionOf(edited(half, section, 'storage', ''), section) ?? {})).not.toContain('storage');
    }
  });
  it('gives TIGER no curriculum', () => {
    expect(edited(PRESETS.test, 'multiIdentifier', 'temperature', 2)).toBe(PRESETS.test);
  });
  it('replaces one field of each part of UTGRec, and knows no part of the others', () => {
    const utgrec = PRESETS['utgrec-test'];
    for (const [section, key] of [
      ['utgrec', 'temperature'],
      ['utgrec.encoder', 'layers'],
      ['utgrec.quantiser', 'rootEntries'],
      ['utgrec.diffusion', 'blocks'],
      ['utgrec.weights', 'image'],
      ['utgrec.input', 'textLength'],
      ['utgrec.training', 'epochs'],
    ] as const) {
      const next = edited(utgrec, section, key, 77);
      expect(textOf(next, section, key)).toBe('77');
      expect(textOf(utgrec, section, key)).not.toBe('77');
      expect(sameRun('tokenizer', utgrec, next)).toBe(false);
      expect(edited(next, section, key, Number(textOf(utgrec, section, key)))).toEqual(utgrec);
    }
    expect(edited(utgrec, 'encoder', 'components', 8)).toBe(utgrec);
    expect(edited(utgrec, 'transfer.tokenizer', 'epochs', 8)).toBe(utgrec);
    expect(sameRun('tokenizer', utgrec, edited(utgrec, 'recommender', 'epochs', 9))).toBe(true);
  });
  it('makes another recommender, and for kept epochs another tokenizer', () => {
    const warmer = edited(config, 'multiIdentifier', 'temperature', 2);
    expect(sameRun('recommender', config, warmer)).toBe(false);
    expect(sameRun('tokenizer', config, warmer)).toBe(true);
    expect(sameRun('tokenizer', config, edited(config, 'tokenizer', 'keep', 2))).toBe(false);
  });
});
