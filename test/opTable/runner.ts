/** Runs one case of the op table on an engine; returns the list of what is wrong (empty if all is well). No test framework. */
import { normalArray } from '../../src/base/random';
import { adamw } from '../../src/nn/optimizers';
import { fillInit, parameter } from '../../src/nn/parameters';
import type { Engine } from '../../src/plan/engine';
import type { Batch } from '../../src/plan/program';
import type { Tensor } from '../../src/tensor/graph';
import { add, multiply } from '../../src/tensor/ops/elementwise';
import { constant } from '../../src/tensor/ops/leaves';
import { sumAll } from '../../src/tensor/ops/reduce';
import { elementCount } from '../../src/tensor/shape';
import { type CaseInput, DEFAULT_TOLERANCE, inputValues, type OpCase } from './table';

const SAMPLED_GRADIENTS = 24;
const DIFFERENCE_STEP = 1e-6;

export async function checkCase(engine: Engine, opCase: OpCase): Promise<string[]> {
  const problems: string[] = [];
  const values = new Map(
    Object.entries(opCase.inputs).map(([name, input]) => [name, inputValues(opCase.name, name, input)]),
  );
  const arrays = Object.fromEntries([...values].map(([name, array]) => [name, Float64Array.from(array)]));
  const want = opCase.reference(arrays);
  const first = await forward(engine, opCase, values);
  compareOutputs(opCase, first, want, problems);
  const second = await forward(engine, opCase, values);
  if (first.some((array, output) => !sameBits(array, second[output]))) problems.push('two runs gave different bits');
  if (opCase.gradients && want[0] && want[0].length > 0) await checkGradients(engine, opCase, values, want, problems);
  return problems;
}

function compareOutputs(
  opCase: OpCase,
  got: readonly ArrayLike<number>[],
  want: readonly Float64Array[],
  problems: string[],
): void {
  const { atol, rtol } = opCase.tolerance ?? DEFAULT_TOLERANCE;
  want.forEach((expected, output) => {
    const actual = got[output] ?? [];
    if (actual.length !== expected.length)
      problems.push(`output ${output}: ${actual.length} elements, wanted ${expected.length}`);
    const bad = worst(actual, expected, atol, rtol);
    if (bad)
      problems.push(
        `output ${output} at ${bad.index}: got ${bad.got}, wanted ${bad.want} (atol ${atol}, rtol ${rtol})`,
      );
  });
}

function worst(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  atol: number,
  rtol: number,
): { index: number; got: number; want: number } | null {
  let found: { index: number; got: number; want: number } | null = null;
  let excess = 0;
  for (let i = 0; i < want.length; i++) {
    const g = got[i] ?? Number.NaN;
    const w = want[i] ?? Number.NaN;
    const over = Math.abs(g - w) - (atol + rtol * Math.abs(w));
    if (!(over <= excess)) {
      excess = over;
      found = { index: i, got: g, want: w };
    }
  }
  return found;
}

function sameBits(a: ArrayLike<number>, b: ArrayLike<number> | undefined): boolean {
  if (!b || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

const isFloat = (values: Float32Array | Uint32Array): values is Float32Array => values instanceof Float32Array;

async function withModel<T>(
  engine: Engine,
  opCase: OpCase,
  values: ReadonlyMap<string, Float32Array | Uint32Array>,
  use: (model: ReturnType<Engine['variables']>, batch: Batch, names: string[]) => Promise<T>,
): Promise<T> {
  const names = [...values].filter(([, array]) => isFloat(array)).map(([name]) => name);
  const specs = names.map((name) =>
    parameter(name, (opCase.inputs[name] as CaseInput).shape, fillInit(0), opCase.gradients?.includes(name) ?? false),
  );
  const model = engine.variables(specs, 0);
  const batch: Record<string, { data: Uint32Array; shape: readonly number[] }> = {};
  for (const [name, array] of values) {
    if (isFloat(array)) {
      if (array.length > 0) model.write(name, array);
    } else batch[name] = { data: array, shape: (opCase.inputs[name] as CaseInput).shape };
  }
  try {
    return await use(model, batch, names);
  } finally {
    model.dispose();
  }
}

async function forward(
  engine: Engine,
  opCase: OpCase,
  values: ReadonlyMap<string, Float32Array | Uint32Array>,
): Promise<ArrayLike<number>[]> {
  return withModel(engine, opCase, values, async (model, batch, names) => {
    const step = engine.compile(model, (inputs) => {
      const outputs = opCase.build(tensorsOf(names, inputs.params, inputs.batch));
      return { outputs: Object.fromEntries(outputs.map((tensor, index) => [`out${index}`, tensor])) };
    });
    const program = await step.run(batch);
    const count = program.traced.outputs.size;
    const read: ArrayLike<number>[] = [];
    for (let output = 0; output < count; output++) read.push(await program.read(`out${output}`));
    await step.dispose();
    return read;
  });
}

function tensorsOf(
  names: readonly string[],
  params: (name: string) => Tensor,
  batch: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  return { ...batch, ...Object.fromEntries(names.map((name) => [name, params(name)])) };
}

/** d(Σ cotangent · output)/d(input) on the GPU against central differences of the float64 reference at sampled elements. */
async function checkGradients(
  engine: Engine,
  opCase: OpCase,
  values: ReadonlyMap<string, Float32Array | Uint32Array>,
  want: readonly Float64Array[],
  problems: string[],
): Promise<void> {
  const cotangents = want.map((array, output) => normalArray(array.length, 1000 + output));
  const names = opCase.gradients ?? [];
  const got = await withModel(engine, opCase, values, async (model, batch, all) => {
    const step = engine.compile(
      model,
      (inputs) => {
        const outputs = opCase
          .build(tensorsOf(all, inputs.params, inputs.batch))
          .filter((tensor) => tensor.dtype === 'f32');
        const terms = outputs.map((tensor, output) =>
          sumAll(multiply(tensor, constant(cotangents[output] ?? new Float32Array(), tensor.shape))),
        );
        return { loss: terms.reduce((total, term) => add(total, term)) };
      },
      adamw({ learningRate: 0 }),
    );
    await step.run(batch);
    const read = new Map<string, Float32Array>();
    for (const name of names) read.set(name, await model.read(name, 'gradients'));
    await step.dispose();
    return read;
  });
  const { atol, rtol } = opCase.gradientTolerance ?? { atol: 1e-4, rtol: 1e-3 };
  for (const name of names) {
    const expected = differences(opCase, values, name, cotangents);
    for (const { index, value } of expected) {
      const actual = got.get(name)?.[index] ?? Number.NaN;
      if (!(Math.abs(actual - value) <= atol + rtol * Math.abs(value)))
        problems.push(`gradient of ${name} at ${index}: got ${actual}, wanted ${value}`);
    }
  }
}

function differences(
  opCase: OpCase,
  values: ReadonlyMap<string, Float32Array | Uint32Array>,
  name: string,
  cotangents: readonly Float32Array[],
): { index: number; value: number }[] {
  const arrays = Object.fromEntries([...values].map(([key, array]) => [key, Float64Array.from(array)]));
  const target = arrays[name] as Float64Array;
  const objective = (): number =>
    opCase
      .reference(arrays)
      .reduce(
        (total, output, i) => total + output.reduce((sum, value, j) => sum + value * (cotangents[i]?.[j] ?? 0), 0),
        0,
      );
  const count = elementCount((opCase.inputs[name] as CaseInput).shape);
  const stride = Math.max(1, Math.floor(count / SAMPLED_GRADIENTS));
  const found: { index: number; value: number }[] = [];
  for (let index = 0; index < count && found.length < SAMPLED_GRADIENTS; index += stride) {
    const held = target[index] as number;
    target[index] = held + DIFFERENCE_STEP;
    const high = objective();
    target[index] = held - DIFFERENCE_STEP;
    const low = objective();
    target[index] = held;
    found.push({ index, value: (high - low) / (2 * DIFFERENCE_STEP) });
  }
  return found;
}
