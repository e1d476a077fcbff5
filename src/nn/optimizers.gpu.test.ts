import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Golden, goldenNumber, goldenTensor, loadGolden } from '../../test/goldens';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import type { VariableArena } from '../plan/variables';
import { add, multiply } from '../tensor/ops/elementwise';
import { sumAll } from '../tensor/ops/reduce';
import { adagrad, adamw, type Optimizer } from './optimizers';
import { fillInit, parameter } from './parameters';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  engine.dispose();
  engine.device.dispose();
});

const SHAPES = { w: [3, 4], b: [4] } as const;
const STEPS = 5;

/** Five updates with the golden's gradients (the loss Σ g·θ has gradient g), compared after each; returns the norms logged. */
async function replay(
  golden: Golden,
  optimizer: Optimizer,
  state: Readonly<Record<string, VariableArena>>,
): Promise<number[]> {
  using model = engine.variables(
    Object.entries(SHAPES).map(([name, shape]) => parameter(name, shape, fillInit(0))),
    0,
  );
  const floats = (name: string): Float32Array => Float32Array.from(goldenTensor(golden, name).data);
  for (const name of Object.keys(SHAPES)) model.write(name, floats(`initial:${name}`));
  const step = engine.compile(
    model,
    ({ params, batch }) => {
      const term = (name: string) => sumAll(multiply(params(name), batch[`grad ${name}`] as never));
      return { loss: add(term('w'), term('b')) };
    },
    optimizer,
  );
  for (let update = 1; update <= STEPS; update++) {
    await step.run(
      Object.fromEntries(
        Object.entries(SHAPES).map(([name, shape]) => [
          `grad ${name}`,
          { data: floats(`step${update}:grad:${name}`), shape },
        ]),
      ),
    );
    for (const [prefix, arena] of Object.entries({ '': 'parameters' as const, ...state }))
      for (const name of Object.keys(SHAPES)) {
        const got = await model.read(name, arena);
        const want = floats(`step${update}:${prefix}${name}`);
        for (const [i, value] of want.entries())
          expect(Math.abs((got[i] as number) - value), `step ${update} ${prefix}${name} at ${i}`).toBeLessThan(
            1e-7 + 1e-5 * Math.abs(value),
          );
      }
  }
  const norms = (await step.metrics()).map(({ gradientNorm }) => gradientNorm);
  await step.dispose();
  return norms;
}

/** One parameter p = 1 with the gradient 0.5 at every step. */
async function scalarRun(optimizer: Optimizer, updates: number): Promise<number[]> {
  using model = engine.variables([parameter('p', [1], fillInit(1))], 0);
  const step = engine.compile(
    model,
    ({ params, batch }) => ({ loss: sumAll(multiply(params('p'), batch['g'] as never)) }),
    optimizer,
  );
  const values: number[] = [];
  for (let update = 0; update < updates; update++) {
    await step.run({ g: { data: Float32Array.of(0.5), shape: [1] } });
    values.push((await model.read('p'))[0] as number);
  }
  await step.dispose();
  return values;
}

describe('optimizers', () => {
  it('adamw with decay and clipping equals torch over five steps, moments and norms included', async () => {
    const golden = loadGolden('models/blocks/golden/adamw');
    const optimizer = adamw({
      learningRate: goldenNumber(golden, 'settings', 'lr'),
      weightDecay: goldenNumber(golden, 'settings', 'weight_decay'),
      eps: goldenNumber(golden, 'settings', 'eps'),
      clipNorm: goldenNumber(golden, 'max_norm'),
    });
    const norms = await replay(golden, optimizer, { 'm:': 'moment1', 'v:': 'moment2' });
    const want = golden.meta['norms_before_clipping'] as number[];
    expect(want.some((norm) => norm > 1) && want.some((norm) => norm < 1)).toBe(true);
    want.forEach((norm, i) => {
      expect(norms[i]).toBeCloseTo(norm, 5);
    });
  });

  it('adam without decay or clipping equals torch over five steps', async () => {
    const golden = loadGolden('models/blocks/golden/adam');
    await replay(
      golden,
      adamw({ learningRate: goldenNumber(golden, 'settings', 'lr'), eps: goldenNumber(golden, 'settings', 'eps') }),
      { 'm:': 'moment1', 'v:': 'moment2' },
    );
  });

  it('adamw leaves parameters out of the decay that ask for it, wherever they stand', async () => {
    using model = engine.variables(
      [
        { ...parameter('bias', [3], fillInit(1)), isDecayed: false },
        parameter('weight', [5], fillInit(1)),
        { ...parameter('gain', [70], fillInit(1)), isDecayed: false },
        parameter('frozen', [2], fillInit(1), false),
      ],
      0,
    );
    const step = engine.compile(
      model,
      // A loss of zero slope: nothing but the decay moves anything.
      ({ params, batch }) => ({
        loss: ['bias', 'weight', 'gain']
          .map((name) => multiply(sumAll(params(name)), batch['zero'] as never))
          .reduce((total, term) => add(total, term)),
      }),
      adamw({ learningRate: 0.1, weightDecay: 0.5 }),
    );
    await step.run({ zero: { data: Float32Array.of(0), shape: [] } });
    expect(new Set(await model.read('weight'))).toEqual(new Set([Math.fround(0.95)]));
    for (const name of ['bias', 'gain', 'frozen']) expect(new Set(await model.read(name)), name).toEqual(new Set([1]));
    await step.dispose();
  });

  it('adamw begins late parameters at their first gradient, as torch does where grad was None', async () => {
    const names = ['early', 'first', 'second', 'last'];
    const late = { names: ['second', 'first'], fromStep: 3 };
    const [rate, decay, updates] = [0.1, 0.2, 8];
    using model = engine.variables(
      names.map((name) => parameter(name, [3], fillInit(1))),
      0,
    );
    const step = engine.compile(
      model,
      ({ params, batch }) => ({
        loss: names.map((name) => sumAll(multiply(params(name), batch[name] as never))).reduce((a, b) => add(a, b)),
      }),
      adamw({ learningRate: rate, weightDecay: decay, late }),
    );
    // A gradient before the start (here it is not zero) must leave neither a move nor a moment.
    const slope = (name: string, update: number): number => Math.sin(names.indexOf(name) * 7 + update * update) + 0.2;
    const reference = new Map(names.map((name) => [name, { value: 1, m: 0, v: 0, updates: 0 }]));
    for (let update = 0; update < updates; update++) {
      await step.run(
        Object.fromEntries(
          names.map((name) => [name, { data: new Float32Array(3).fill(slope(name, update)), shape: [3] }]),
        ),
      );
      for (const [name, state] of reference) {
        if (!late.names.includes(name) || update >= late.fromStep) {
          const g = slope(name, update);
          state.updates++;
          state.m = 0.9 * state.m + 0.1 * g;
          state.v = 0.999 * state.v + 0.001 * g * g;
          const vHat = state.v / (1 - 0.999 ** state.updates);
          state.value -= rate * (decay * state.value + state.m / (1 - 0.9 ** state.updates) / (Math.sqrt(vHat) + 1e-8));
        }
        for (const value of await model.read(name))
          expect(Math.abs(value - state.value), `${name} after update ${update}`).toBeLessThan(1e-5);
      }
    }
    await step.dispose();
  });

  it('adamw refuses late parameters that are not neighbours or do not train', async () => {
    using model = engine.variables(
      [parameter('a', [2], fillInit(1)), parameter('b', [2], fillInit(1)), parameter('c', [2], fillInit(1), false)],
      0,
    );
    for (const names of [['a', 'c'], ['b', 'c'], ['c']]) {
      const step = engine.compile(
        model,
        ({ params }) => ({ loss: add(sumAll(params('a')), sumAll(params('b'))) }),
        adamw({ learningRate: 0.1, late: { names, fromStep: 1 } }),
      );
      await expect(step.run({}), names.join()).rejects.toMatchObject({ code: 'optimizer/late' });
      await step.dispose();
    }
  });

  it('adagrad equals torch over five steps, accumulator included', async () => {
    const golden = loadGolden('models/blocks/golden/adagrad');
    await replay(
      golden,
      adagrad({ learningRate: goldenNumber(golden, 'settings', 'lr'), eps: goldenNumber(golden, 'settings', 'eps') }),
      { 'sum:': 'moment1' },
    );
  });

  it('adagrad with rate .001 and gradient .5 takes 1 to .999 and .9982928932', async () => {
    const [first, second] = await scalarRun(adagrad({ learningRate: 0.001 }), 2);
    expect(first).toBeCloseTo(0.999, 7);
    expect(second).toBeCloseTo(0.9982928932, 7);
  });

  it('adamw with rate .01, decay .05 and gradient .5 takes 1 to .9895000002', async () => {
    const [first] = await scalarRun(adamw({ learningRate: 0.01, weightDecay: 0.05 }), 1);
    // Two roundings of float32 just below 1, where one is up to 2^-25 and the subtraction adds another.
    expect(Math.abs((first as number) - 0.9895000002)).toBeLessThan(2 ** -23);
  });
});
