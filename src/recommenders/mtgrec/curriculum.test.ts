import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../base/errors';
import { cosineSchedule } from '../../nn/schedules';
import { influenceScores, learningRateWeights, meanInfluence, samplingProbabilities } from './curriculum';
import { drawTokenizer } from './draw';
import { ensembleItems } from './ensemble';
import { adamDirection, influenceMatrix } from './influenceReference';
import { stagePlan } from './stagePlan';

const expectNumbers = (got: ArrayLike<number>, want: readonly number[], tolerance = 5e-10): void => {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) => {
    expect(Math.abs((got[i] ?? Number.NaN) - value), `${got[i]} against ${value}`).toBeLessThan(tolerance);
  });
};

const moments = { moment1: [0.05, 0, -0.02], moment2: [0.01, 0.04, 0.0004] };
const training = [
  [0.1, -0.2, 0],
  [0, 0.3, 0.1],
];
const validation = [
  [0.2, -0.1, 0.05],
  [0.1, 0.1, 0],
];
const later = [
  [0.2, 0.1],
  [0.3, 0.5],
];

describe('the curriculum’s numbers (rows of the method’s test table)', () => {
  it('row 13: preconditioned directions', () => {
    const direction = (g: readonly number[]) => adamDirection(moments.moment1, moments.moment2, g);
    expectNumbers(direction(training[0] ?? []), [0.549999725, -0.0999999875, -0.9004390711], 1e-10);
    expectNumbers(direction(training[1] ?? []), [0.4502249436, 0.1499063191, -0.3952798824], 1e-10);
  });

  it('row 14: influence matrix and row means', () => {
    const influence = influenceMatrix(moments, training, validation);
    expectNumbers(influence.flat(), [0.0749779902, 0.0449999738, 0.0552903627, 0.0600131263], 1e-10);
    expectNumbers(influenceScores(influence), [0.059988982, 0.0576517445], 1e-10);
  });

  it('row 15: running mean weighted by learning rates', () => {
    const first = influenceMatrix(moments, training, validation);
    expectNumbers(learningRateWeights([0.004, 0.001]), [0.8, 0.2]);
    expectNumbers(influenceScores(meanInfluence([first, later], [0.004, 0.001])), [0.0779911856, 0.1261213956], 1e-10);
    expectNumbers(meanInfluence([first], [0.004]).flat(), first.flat());
    expect(() => meanInfluence([first, [[1]]], [1, 1])).toThrow(expect.objectContaining({ code: 'mtgrec/influence' }));
  });

  it.each([
    [0.1, [0.3819447, 0.6180553]],
    [1, [0.4879698, 0.5120302]],
    [3, [0.4959892, 0.5040108]],
    [5, [0.4975935, 0.5024065]],
  ])('row 16: softmax at temperature %f', (temperature, want) => {
    expectNumbers(samplingProbabilities([0.0779911856, 0.1261213956], temperature), want, 5e-8);
  });

  it('survives scores that overflow exp, and min–max centring spreads equal steps evenly', () => {
    expectNumbers(samplingProbabilities([5000, 5000 - Math.log(3)], 1), [0.75, 0.25]);
    expectNumbers(samplingProbabilities([2, 2, 2], 1, 'minMax'), [1 / 3, 1 / 3, 1 / 3]);
    const [low = 0, , high = 0] = samplingProbabilities([10, 20, 30], 1, 'minMax');
    expectNumbers([high / low], [Math.E]);
  });

  it('row 18: the stage plan', () => {
    const lengths = [60, 20, 20, 20, 20, 20, 20];
    expect(stagePlan(lengths, 200)).toEqual({ lengths, boundaries: [60, 80, 100, 120, 140, 160, 180], tail: 20 });
    expect(stagePlan(lengths, 100)).toEqual({ lengths: [60, 20, 20], boundaries: [60, 80, 100], tail: 0 });
  });

  it.each([
    [[60], 59],
    [[0, 5], 10],
    [[2.5], 10],
    [[], 10],
  ])('refuses stages %j of %d epochs', (lengths, budget) => {
    expect(() => stagePlan(lengths, budget)).toThrow(ConfigError);
  });

  it('§6.5: learning rates and weights of the published schedule', () => {
    const rate = cosineSchedule(0.005, 200 * 1327, { warmupSteps: 10_000 });
    const rates = [60, 80, 100, 120, 140, 160, 180].map((epoch) => rate(epoch * 1327));
    expectNumbers(rates, [0.004138, 0.003446, 0.002654, 0.001845, 0.001106, 0.000514, 0.000132], 6e-7);
    expectNumbers(learningRateWeights(rates), [0.2991, 0.2491, 0.1918, 0.1334, 0.08, 0.0372, 0.0095], 6e-5);
  });
});

describe('drawTokenizer', () => {
  it('row 12: draws only tokenizer 0 when it has all the probability', () => {
    for (let sample = 0; sample < 500; sample++)
      expect(drawTokenizer([1, 0, 0], { seed: 1, epoch: 3, sample })).toBe(0);
  });

  it('draws each tokenizer about as often as its probability says, anew every epoch, the same again', () => {
    const shares = [0.5, 0.2, 0.3];
    const draw = (epoch: number): number[] =>
      Array.from({ length: 20_000 }, (_, sample) => drawTokenizer(shares, { seed: 7, epoch, sample }));
    const counts = [0, 0, 0];
    for (const k of draw(0)) counts[k] = (counts[k] ?? 0) + 1;
    // Four standard deviations of a binomial share.
    for (const [k, p] of shares.entries())
      expect(Math.abs((counts[k] ?? 0) / 20_000 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 20_000));
    expect(draw(1)).toEqual(draw(1));
    const [before, after] = [draw(0), draw(1)];
    const same = before.filter((k, i) => k === after[i]).length / 20_000;
    expect(Math.abs(same - (0.25 + 0.04 + 0.09))).toBeLessThan(0.02);
  });
});

describe('ensembleItems', () => {
  it('row 28: mean log-score plus votes; invalid tuples take no part', () => {
    const ranked = ensembleItems([
      [
        { item: 4, score: -1.2 },
        { item: null, score: -0.1 },
        { item: 9, score: -0.5 },
      ],
      [{ item: 4, score: -1.4 }],
    ]);
    expect(ranked.map(({ item }) => item)).toEqual([4, 9]);
    expectNumbers(
      ranked.map(({ score }) => score),
      [0.7, 0.5],
    );
  });
});
