import { describe, expect, it } from 'vitest';
import { sequenceTable } from '../../src/base/sequenceTable';
import { trainExamples } from '../../src/data/splits';
import { identifierTokens, identifierVocabulary } from '../../src/recommenders/identifierVocabulary';
import { trainingBatch } from '../../src/recommenders/t5/batch';
import { relativePositionBucket } from '../../src/recommenders/t5/relativeBuckets';

/**
 * Rows of the method's test table (mtgrec.md §14) that touch several files. The others are beside the code: 1–4
 * residualQuantise, 5 rqvae/config and t5/reference, 6 whitening, 7 conflict, 8 identifierVocabulary, 9–10 t5/batch,
 * 11 splits, 12–16, 18 and 28 mtgrec/curriculum, 17 mtgrec/influence, 19–20 optimizers, 21 schedules, 22–23 beamSearch,
 * 24 and 27 mtgrec.gpu, 29 metrics.
 */
describe('rows of the MTGRec test table', () => {
  it('row 12: history and target of a sample come from the same tokenizer', () => {
    const vocabulary = identifierVocabulary(3, 256);
    const itemCount = 8;
    // Tokenizer k gives every item the first code k.
    const sources = [0, 1, 2].map((k) => ({
      vocabulary,
      tokens: identifierTokens(vocabulary, Array.from({ length: itemCount }, (_, item) => [k, item, 0, 1]).flat()),
    }));
    const table = sequenceTable([[0, 1, 2, 3, 4, 5, 6, 7]]);
    const examples = trainExamples(table);
    const rows = examples.users.length;
    const batch = trainingBatch(
      table,
      examples,
      examples.users.map((_, e) => e),
      rows,
      20,
      (row) => sources[row % 3] as (typeof sources)[number],
    );
    /** First codes in a row of the batch: tokens 1 to 256. */
    const firstCodes = (name: string, row: number): number[] => {
      const { data, shape } = batch[name] ?? { data: [], shape: [] };
      const width = shape[1] ?? 0;
      return Array.from(data.slice(row * width, (row + 1) * width))
        .filter((token) => token >= 1 && token <= 256)
        .map((token) => token - 1);
    };
    for (let row = 0; row < rows; row++) {
      expect(firstCodes('tokens', row)).toEqual(new Array(row + 1).fill(row % 3));
      expect(firstCodes('labels', row)).toEqual([row % 3]);
    }
  });

  const published = { buckets: 32, maxDistance: 128 };

  it('row 25: relative buckets in both directions', () => {
    const offsets = [-64, -32, -16, -8, -7, 0, 1, 7, 8, 16, 32, 64];
    const buckets = offsets.map((offset) => relativePositionBucket(offset, { ...published, isBidirectional: true }));
    expect(buckets).toEqual([14, 12, 10, 8, 7, 0, 17, 23, 24, 26, 28, 30]);
  });

  it('row 26: causal relative buckets', () => {
    const buckets = [0, -1, -3, -4, 1].map((offset) =>
      relativePositionBucket(offset, { ...published, isBidirectional: false }),
    );
    expect(buckets).toEqual([0, 1, 3, 4, 0]);
  });
});
