import { describe, expect, it } from 'vitest';
import gruLaptop from '../../models/gru4rec/laptop.json';
import gruPaper from '../../models/gru4rec/paper.json';
import gruTest from '../../models/gru4rec/test.json';
import beauty from '../../models/sasrec/beauty.json';
import laptop from '../../models/sasrec/laptop.json';
import paper from '../../models/sasrec/paper.json';
import test from '../../models/sasrec/test.json';
import { ConfigError } from '../base/errors';
import { checkNextItemConfig, isNextItemConfig } from './nextItemConfig';

describe('checkNextItemConfig', () => {
  it('accepts all presets', () => {
    for (const preset of [paper, beauty, laptop, test, gruPaper, gruLaptop, gruTest]) {
      expect(isNextItemConfig(preset)).toBe(true);
      expect(checkNextItemConfig(preset, 'preset').recommender.width).toBe(preset.recommender.width);
    }
  });

  const broken: readonly [string, unknown][] = [
    ['recommender.width', { ...paper, recommender: { ...paper.recommender, width: 66 } }],
    ['recommender.heads', { ...paper, recommender: { ...paper.recommender, heads: 3 } }],
    ['recommender.loss', { ...paper, recommender: { ...paper.recommender, loss: 'hinge' } }],
    ['recommender.seenItems', { ...paper, recommender: { ...paper.recommender, seenItems: 'zero' } }],
    ['recommender.dropout', { ...paper, recommender: { ...paper.recommender, dropout: 1 } }],
    ['recommender.hiddenWidth', { ...paper, recommender: { ...paper.recommender, hiddenWidth: 64 } }],
    ['recommender.heads', { ...gruPaper, recommender: { ...gruPaper.recommender, heads: 2 } }],
    ['recommender.storage', { ...paper, recommender: { ...paper.recommender, storage: 'half' } }],
    ['recommender', { ...paper, recommender: null }],
    ['system', { ...paper, system: 'bert4rec' }],
    ['seed', { ...paper, seed: -1 }],
    ['name', { ...paper, name: '' }],
    ['tokenizer', { ...paper, tokenizer: {} }],
  ];
  it.each(broken)('refuses a wrong %s by name', (field, value) => {
    expect(() => checkNextItemConfig(value, 'config.json')).toThrow(ConfigError);
    expect(() => checkNextItemConfig(value, 'config.json')).toThrow(`config.json: field "${field}"`);
  });

  it('refuses what is no object, and leaves other systems alone', () => {
    expect(() => checkNextItemConfig([], 'config.json')).toThrow(ConfigError);
    for (const value of [null, [], {}, { system: 't5' }]) expect(isNextItemConfig(value)).toBe(false);
  });
});
