import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roundHalf } from '../../test/fixtures/half';
import { normalArray } from '../base/random';
import { GpuDevice } from '../gpu/device';
import { adamw, gradientOnly, type Optimizer } from '../nn/optimizers';
import { linearInit, parameter } from '../nn/parameters';
import type { Tensor } from '../tensor/graph';
import { meanCrossEntropy } from '../tensor/ops/crossEntropy';
import { add, relu, silu, square, subtract } from '../tensor/ops/elementwise';
import { packHalf, unpackHalf } from '../tensor/ops/half';
import { matmul } from '../tensor/ops/matmul';
import { rmsNorm } from '../tensor/ops/norm';
import { sumAll } from '../tensor/ops/reduce';
import { STORAGES, type Storage } from '../tensor/storage';
import { type CompiledStep, Engine } from './engine';
import type { Batch } from './program';
import type { StepFunction } from './trace';
import type { Variables } from './variables';

const [ROWS, WIDTH, HIDDEN, OUT] = [64, 40, 96, 80] as const;
const specs = [parameter('w1', [WIDTH, HIDDEN], linearInit(WIDTH)), parameter('w2', [HIDDEN, OUT], linearInit(HIDDEN))];
const x = normalArray(ROWS * WIDTH, 3);
const y = normalArray(ROWS * OUT, 4);
const batch: Batch = { x: { data: x, shape: [ROWS, WIDTH] }, y: { data: y, shape: [ROWS, OUT] } };
const BEYOND_HALF = 70_000;

interface Net {
  readonly hidden: Tensor;
  readonly error: Tensor;
  readonly loss: Tensor;
}

/**
 * Σ (ReLU(x W1) W2 − y)²: the backward pass reads the hidden values (product and mask) and the errors (square). With a penalty,
 * + Σ ReLU(x W1)²: then the mask is a launch of its own instead of a product's epilogue.
 */
function net(params: (name: string) => Tensor, input: (name: string) => Tensor, hasPenalty = false): Net {
  const hidden = relu(matmul(input('x'), params('w1')));
  const error = subtract(matmul(hidden, params('w2')), input('y'));
  const loss = sumAll(square(error));
  return { hidden, error, loss: hasPenalty ? add(loss, sumAll(square(hidden))) : loss };
}

for (const isSoftware of [true, false])
  describe(`what the backward pass reads, kept as f16 (${isSoftware ? 'software' : 'hardware'} kernels)`, () => {
    let device: GpuDevice;
    let engine: Engine;
    beforeAll(async () => {
      device = await GpuDevice.acquire(navigator.gpu);
      Object.defineProperty(device, 'profile', { value: { ...device.profile, isSoftware } });
      engine = new Engine(device);
    });
    afterAll(() => {
      expect(device.uncapturedErrors).toEqual([]);
      engine.dispose();
      device.dispose();
    });

    const open = (
      storage: Storage,
      optimizer: Optimizer,
      graph: StepFunction = ({ params, input }) => net(params, input),
    ) => {
      const model = engine.variables(specs, 1);
      const step = engine.compile(model, graph, optimizer);
      step.storage = storage;
      return { model, step };
    };
    const close = async ({ model, step }: { model: Variables; step: CompiledStep }): Promise<void> => {
      await step.dispose();
      model.dispose();
    };

    it.each([false, true])(
      'gives the gradients of the rounded values, to f32 precision (penalty: %s)',
      async (hasPenalty) => {
        const opened = open('f16', gradientOnly(), ({ params, input }) => ({
          loss: net(params, input, hasPenalty).loss,
        }));
        await opened.step.run(batch);
        const { kernels } = await launchesOf(opened.step);
        const got = { w1: await opened.model.read('w1', 'gradients'), w2: await opened.model.read('w2', 'gradients') };
        await close(opened);
        const { hidden, error, w2 } = await forwardValues(engine);
        const want = reference(hidden.map(roundHalf), error.map(roundHalf), w2, hasPenalty);
        const unrounded = reference(hidden, error, w2, hasPenalty);
        for (const name of ['w1', 'w2'] as const) {
          const scale = Math.max(...want[name].map(Math.abs));
          expect(distance(got[name], want[name]) / scale, name).toBeLessThan(2e-6);
          // The test can tell the two apart.
          expect(distance(unrounded[name], want[name]) / scale, name).toBeGreaterThan(4e-5);
        }
        expect(kernels).toContain(isSoftware ? 'matmul_panel_half_a' : 'matmul_tile_tn_half_a');
        expect(kernels).toContain('half_unpack');
        expect(kernels.includes('relu_mask_half')).toBe(hasPenalty);
      },
    );

    it('leaves what the gradient of a loss reads as it is', async () => {
      const labels = Uint32Array.from({ length: ROWS }, (_, row) => row % OUT);
      const graph: StepFunction = ({ params, input }) => ({
        loss: meanCrossEntropy(matmul(matmul(input('x'), params('w1')), params('w2')), input('labels')),
      });
      const classes: Batch = { x: { data: x, shape: [ROWS, WIDTH] }, labels: { data: labels, shape: [ROWS] } };
      const gradients: Record<Storage, Float32Array[]> = { f32: [], f16: [] };
      for (const storage of STORAGES) {
        const opened = open(storage, gradientOnly(), graph);
        await opened.step.run(classes);
        for (const name of ['w1', 'w2']) gradients[storage].push(await opened.model.read(name, 'gradients'));
        await close(opened);
      }
      // The first layer's gradient comes from the logits and the weights alone; the second's reads the hidden values.
      expect(gradients.f16[0]).toEqual(gradients.f32[0]);
      expect(gradients.f16[1]).not.toEqual(gradients.f32[1]);
    });

    it('leaves the loss as it is, and trains along the same curve to a thousandth', async () => {
      const curves: number[][] = [];
      for (const storage of ['f32', 'f16'] as const) {
        const opened = open(storage, adamw({ learningRate: 0.01 }));
        for (let i = 0; i < 30; i++) await opened.step.run(batch);
        curves.push((await opened.step.metrics()).map(({ loss }) => loss));
        await close(opened);
      }
      const [plain = [], half = []] = curves;
      expect(half[0]).toBe(plain[0]);
      expect(plain.at(-1)).toBeLessThan(0.5 * (plain[0] ?? 0));
      expect(Math.max(...half.map((loss, at) => Math.abs(loss / (plain[at] ?? 0) - 1)))).toBeLessThan(1e-3);
      expect(half).not.toEqual(plain);
    });

    it('gives the same bits twice', async () => {
      const bits: unknown[] = [];
      for (let run = 0; run < 2; run++) {
        const opened = open('f16', adamw({ learningRate: 0.01 }));
        for (let i = 0; i < 3; i++) await opened.step.run(batch);
        bits.push([...(await opened.model.readAll())]);
        await close(opened);
      }
      expect(bits[0]).toEqual(bits[1]);
    });

    it('takes six tenths of the memory where layers are deep', async () => {
      const layers = 12;
      const width = 64;
      const deep = Array.from({ length: layers }, (_, at) => [
        parameter(`norm${at}`, [width], linearInit(1)),
        parameter(`w${at}`, [width, width], linearInit(width)),
      ]).flat();
      const graph: StepFunction = ({ params, input }) => {
        let state = input('x');
        for (let at = 0; at < layers; at++)
          state = silu(matmul(rmsNorm(state, params(`norm${at}`), 1e-6), params(`w${at}`)));
        return { loss: sumAll(square(state)) };
      };
      const bytes: number[] = [];
      for (const storage of ['f32', 'f16'] as const) {
        const model = engine.variables(deep, 1);
        const step = engine.compile(model, graph, adamw({ learningRate: 0 }));
        step.storage = storage;
        const program = await step.program({ x: { data: normalArray(512 * width, 1), shape: [512, width] } });
        bytes.push(program.report.arenaBytes);
        await close({ model, step });
      }
      const [plain = 0, half = 0] = bytes;
      expect(half / plain).toBeLessThan(0.65);
    });

    it('reports a value beyond f16 as not finite, and leaves the weights', async () => {
      const large: Batch = { ...batch, x: { data: x.map((value) => value * BEYOND_HALF), shape: [ROWS, WIDTH] } };
      const opened = open('f16', adamw({ learningRate: 0.01 }));
      const before = await opened.model.readAll();
      await opened.step.run(large);
      await expect(opened.step.metrics()).rejects.toMatchObject({
        code: 'train/not-finite',
        message: expect.stringContaining('set storage to f32'),
      });
      expect(await opened.model.readAll()).toEqual(before);
      await close(opened);
    });

    it('keeps infinities and NaN what they are', async () => {
      const values = Float32Array.of(
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        65_520,
        -1e30,
        1,
        -0,
      );
      const model = engine.variables([], 1);
      const step = engine.compile(model, ({ input }) => ({
        outputs: { y: unpackHalf(packHalf(input('v')), [values.length]) },
      }));
      const [got] = await step.fetch({ v: { data: values, shape: [values.length] } }, ['y']);
      expect([...(got ?? [])]).toEqual([Number.NaN, Infinity, -Infinity, Infinity, -Infinity, 1, -0]);
      await close({ model, step });
    });
  });

const distance = (got: ArrayLike<number>, want: ArrayLike<number>): number =>
  Array.from(got).reduce((worst, value, i) => Math.max(worst, Math.abs(value - (want[i] ?? Number.NaN))), 0);

async function launchesOf(step: CompiledStep): Promise<{ kernels: string[] }> {
  const program = await step.program(batch);
  return { kernels: program.traced.dispatches.map(({ kernel }) => kernel) };
}

/** Hidden values and errors as the same kernels give them without a backward pass. */
async function forwardValues(engine: Engine): Promise<{ hidden: Float32Array; error: Float32Array; w2: Float32Array }> {
  const model = engine.variables(specs, 1);
  const step = engine.compile(model, ({ params, input }) => {
    const { hidden, error } = net(params, input);
    return { outputs: { hidden, error } };
  });
  const program = await step.run(batch);
  const values = {
    hidden: await program.readFloats('hidden'),
    error: await program.readFloats('error'),
    w2: await model.read('w2'),
  };
  await step.dispose();
  model.dispose();
  return values;
}

/** Gradients in float64 from the values that the backward pass reads. */
function reference(
  hidden: Float32Array,
  error: Float32Array,
  w2: Float32Array,
  hasPenalty: boolean,
): { w1: number[]; w2: number[] } {
  const at = (values: Float32Array, index: number): number => values[index] ?? Number.NaN;
  const gradient = { w1: new Array<number>(WIDTH * HIDDEN).fill(0), w2: new Array<number>(HIDDEN * OUT).fill(0) };
  const grow = (values: number[], index: number, by: number): void => {
    values[index] = (values[index] ?? 0) + by;
  };
  for (let row = 0; row < ROWS; row++)
    for (let h = 0; h < HIDDEN; h++) {
      const value = at(hidden, row * HIDDEN + h);
      let gradHidden = hasPenalty ? 2 * value : 0;
      for (let out = 0; out < OUT; out++) {
        const gradOut = 2 * at(error, row * OUT + out);
        grow(gradient.w2, h * OUT + out, value * gradOut);
        gradHidden += gradOut * at(w2, h * OUT + out);
      }
      if (value > 0)
        for (let i = 0; i < WIDTH; i++) grow(gradient.w1, i * HIDDEN + h, at(x, row * WIDTH + i) * gradHidden);
    }
  return gradient;
}
