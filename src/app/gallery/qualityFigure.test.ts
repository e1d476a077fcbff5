import { describe, expect, it } from 'vitest';
import type { TokenizerQuality } from '../../worker/protocol';
import { csvOf } from '../figures/csv';
import { sceneOf } from '../figures/layout';
import { tableOf } from '../figures/spec';
import { conflictSentence, qualityFigure } from './qualityFigure';

const quality: TokenizerQuality = {
  conflictRateBefore: 0.125,
  conflictRateAfter: 0,
  resolved: { nearest: 60, rank: 9, random: 1, duplicate: 0 },
  textTopOne: 0.5,
  textUnigram: 0.1,
  brokenPictures: 2,
  sharedFirstCode: 0.4,
  sharedByChance: 0.1,
  domains: [
    { name: 'Maps', items: 40, textTopOne: 0.6, textUnigram: 0.1, textLoss: 1.25, imageLoss: 0.8 },
    { name: '=Moon', items: 30, textTopOne: 0.4, textUnigram: 0.12, textLoss: 2.5, imageLoss: Number.NaN },
  ],
};

describe('qualityFigure', () => {
  it('has every domain with its numbers, and nothing where the objective has no such part', () => {
    const rows = tableOf(qualityFigure(quality), 'domains')?.rows ?? [];
    expect(
      rows.map(({ domain, items, topOne, unigram, textLoss, imageLoss }) => [
        domain,
        items,
        topOne,
        unigram,
        textLoss,
        imageLoss,
      ]),
    ).toEqual([
      ['Maps', 40, 0.6, 0.1, 1.25, 0.8],
      ['=Moon', 30, 0.4, 0.12, 2.5, null],
    ]);
    const [table] = qualityFigure(quality).data;
    expect(table && csvOf(table)).toContain(`"'=Moon",30,0.4000,0.1200,2.5000,\r\n`);
  });

  it('leaves the picture panel out where no domain has pictures', () => {
    const without = { ...quality, domains: quality.domains.map((domain) => ({ ...domain, imageLoss: Number.NaN })) };
    expect(qualityFigure(quality).rows[0]?.panels).toHaveLength(3);
    expect(qualityFigure(without).rows[0]?.panels).toHaveLength(2);
  });

  it('lets the cursor reach every domain', () => {
    const scene = sceneOf(qualityFigure(quality), { width: 800, em: 11, hasTitle: false });
    expect([...scene.anchors.keys()]).toEqual(expect.arrayContaining(['domains:0', 'domains:1']));
  });
});

describe('conflictSentence', () => {
  it('says what happened to items with the same codes, and flags what means nothing', () => {
    expect(conflictSentence(quality)).toBe(
      '12.5% of the identifiers were taken twice before conflicts were resolved, 0.0% after; 9 items moved to a farther last code; 1 got a random one, which means nothing; 2 pictures could not be decoded and count as absent; items that occur together share their first code in 40.0% of the pairs, random ones in 10.0%.',
    );
  });
});
