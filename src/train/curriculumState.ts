/** What a curriculum has measured so far: kept with the pre-training checkpoint, shown as reports. */
import { FormatError } from '../base/errors';
import {
  influenceScores,
  learningRateWeights,
  type Matrix,
  meanInfluence,
  samplingProbabilities,
  uniformProbabilities,
} from '../recommenders/mtgrec/curriculum';
import { type Arrays, type Checkpoint, numberIn } from './checkpoint';
import type { MultiIdentifierConfig } from './multiIdentifierConfig';
import type { CurriculumReport, MetricSet } from './reports';

/** One estimate. */
export interface Estimate {
  readonly epoch: number;
  readonly step: number;
  /** S [K][K], values of f32. */
  readonly influence: Matrix;
  readonly learningRate: number;
  readonly trainingSamples: number;
  readonly validationSamples: number;
  readonly isFullPass: boolean;
  readonly samplingError: number | null;
  readonly estimateSeconds: number;
  readonly trainingSeconds: number;
  readonly validation: MetricSet | null;
}

type Rules = Pick<MultiIdentifierConfig, 'sampling' | 'temperature' | 'centring'>;

const MATRICES = 'curriculum/influence';
const FIELDS = ['epoch', 'step', 'learningRate', 'trainingSamples', 'validationSamples'] as const;
const SECONDS = ['estimateSeconds', 'trainingSeconds'] as const;
const METRICS = ['recall5', 'ndcg5', 'recall10', 'ndcg10'] as const;
/** Stands for null among a checkpoint's numbers; none of these can be negative. */
const NONE = -1;

/** Probabilities after the estimates so far; uniform before the first. */
export function probabilitiesAfter(estimates: readonly Estimate[], tokenizers: number, rules: Rules): number[] {
  if (estimates.length === 0 || rules.sampling === 'uniform') return uniformProbabilities(tokenizers);
  return samplingProbabilities(influenceScores(meanOf(estimates)), rules.temperature, rules.centring);
}

const meanOf = (estimates: readonly Estimate[]): number[][] =>
  meanInfluence(
    estimates.map(({ influence }) => influence),
    estimates.map(({ learningRate }) => learningRate),
  );

/** Report of each estimate as it was made. @param stages estimates that the plan has */
export function curriculumReports(
  estimates: readonly Estimate[],
  tokenizers: readonly number[],
  stages: number,
  rules: Rules,
): CurriculumReport[] {
  return estimates.map((estimate, index) => {
    const soFar = estimates.slice(0, index + 1);
    const mean = meanOf(soFar);
    const weights = learningRateWeights(soFar.map(({ learningRate }) => learningRate));
    return {
      ...estimate,
      stage: index + 1,
      stages,
      tokenizers,
      meanInfluence: mean,
      scores: influenceScores(mean),
      probabilities: probabilitiesAfter(soFar, tokenizers.length, rules),
      learningRateWeight: weights[index] ?? 0,
      learningRateWeights: weights,
    };
  });
}

/** The estimates as tensors and numbers of a checkpoint. */
export function writeEstimates(estimates: readonly Estimate[]): {
  readonly arrays: Arrays;
  readonly numbers: Record<string, number>;
} {
  const numbers: Record<string, number> = { estimates: estimates.length };
  estimates.forEach((estimate, index) => {
    const at = (key: string): string => `estimate${index}.${key}`;
    for (const key of [...FIELDS, ...SECONDS]) numbers[at(key)] = estimate[key];
    numbers[at('isFullPass')] = estimate.isFullPass ? 1 : 0;
    numbers[at('samplingError')] = estimate.samplingError ?? NONE;
    for (const key of METRICS) numbers[at(key)] = estimate.validation?.[key] ?? NONE;
  });
  const values = estimates.flatMap(({ influence }) => influence.flat());
  return { arrays: new Map(values.length > 0 ? [[MATRICES, Float32Array.from(values)]] : []), numbers };
}

/** @throws FormatError `checkpoint/numbers`, `checkpoint/tensor` for a damaged file */
export function readEstimates(checkpoint: Checkpoint, tokenizers: number): Estimate[] {
  const name = 'recommender';
  const count = numberIn(checkpoint, 'estimates', name);
  const values = checkpoint.arrays.get(MATRICES);
  if (count > 0 && values?.length !== count * tokenizers * tokenizers)
    throw new FormatError(
      'checkpoint/tensor',
      `${name}: wanted ${count} influence matrices of ${tokenizers} × ${tokenizers}, got ${values?.length ?? 0} values; the file is damaged.`,
    );
  return Array.from({ length: count }, (_, index) => {
    const number = (key: string): number => numberIn(checkpoint, `estimate${index}.${key}`, name);
    const optional = (key: string): number | null => (number(key) === NONE ? null : number(key));
    const [epoch, step, learningRate, trainingSamples, validationSamples] = FIELDS.map(number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [recall5, ndcg5, recall10, ndcg10] = METRICS.map((key) => number(key)) as [number, number, number, number];
    return {
      epoch,
      step,
      learningRate,
      trainingSamples,
      validationSamples,
      isFullPass: number('isFullPass') === 1,
      samplingError: optional('samplingError'),
      estimateSeconds: number('estimateSeconds'),
      trainingSeconds: number('trainingSeconds'),
      validation: recall5 === NONE ? null : { recall5, ndcg5, recall10, ndcg10 },
      influence: Array.from({ length: tokenizers }, (_unused, i) =>
        Array.from(
          { length: tokenizers },
          (_item, j) => values?.[(index * tokenizers + i) * tokenizers + j] ?? Number.NaN,
        ),
      ),
    };
  });
}
