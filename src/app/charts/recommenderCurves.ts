import type { Figure } from './curvesFigure';

/** What a recommender's training shows as curves. */
export const RECOMMENDER_CURVES: readonly Figure[] = [
  { title: 'Loss', lines: [{ key: 'loss', label: 'Loss', colour: 3, isSmoothed: true }] },
  {
    title: 'Validation',
    lines: [
      { key: 'validRecall10', label: 'Recall@10', colour: 1, isSmoothed: false, isMarked: true },
      { key: 'validNdcg10', label: 'NDCG@10', colour: 6, isSmoothed: false, isMarked: true },
    ],
  },
  { title: 'Gradient norm', lines: [{ key: 'gradientNorm', label: 'Gradient norm', colour: 4, isSmoothed: true }] },
  { title: 'Learning rate', lines: [{ key: 'learningRate', label: 'Learning rate', colour: 2, isSmoothed: false }] },
];
