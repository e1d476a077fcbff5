/** How much GPU memory a compiled step will hold: traced and planned as the engine does it, without allocating any of it. */
import type { AdapterProfile } from '../gpu/device';
import type { Optimizer } from '../nn/optimizers';
import type { ParameterSpec } from '../nn/parameters';
import type { TensorSpec } from '../tensor/graph';
import type { Storage } from '../tensor/storage';
import { ALIGNMENT_BYTES, accessesOf, planArenas } from './arena';
import { type StepFunction, type TracedProgram, traceProgram, traceUpdate } from './trace';
import { layoutOf, type VariableLayout } from './variableLayout';

export interface StepMemory {
  /** Scalars of all parameters, trained or not. */
  readonly parameterCount: number;
  readonly trainableCount: number;
  /** Parameters, gradients and moments, as far as the step uses them. */
  readonly variableBytes: number;
  /** Intermediates, sharing memory where their lifetimes allow. */
  readonly arenaBytes: number;
  /** All of it, with inputs, constants and repacked weights. */
  readonly totalBytes: number;
  /** The largest single buffer, and the largest that is bound whole. */
  readonly largestBufferBytes: number;
  readonly largestBindingBytes: number;
}

export interface PlannedStep {
  readonly parameters: readonly ParameterSpec[];
  readonly step: StepFunction;
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly optimizer: Optimizer;
  /** The batch is run in parts: one more gradient arena, and the update is a program of its own. */
  readonly isInParts?: boolean;
  /** As the step is compiled, f32 by default. */
  readonly storage?: Storage;
}

const ARENAS = ['parameters', 'gradients', 'gradientSum', 'moment1', 'moment2'] as const;
type ArenaName = (typeof ARENAS)[number];
const isArena = (name: string): name is ArenaName => ARENAS.some((arena) => arena === name);

/** @throws ShapeError, ConfigError for sizes that cannot be */
export function stepMemory(
  { parameters, step, inputs, optimizer, isInParts = false, storage = 'f32' }: PlannedStep,
  profile: AdapterProfile,
): StepMemory {
  const layout = layoutOf(parameters);
  const main = traceProgram(step, inputs, layout, profile, { optimizer, isPart: isInParts, storage });
  const programs = isInParts ? [main, traceUpdate(layout, profile, optimizer)] : [main];
  const arenas = [...new Set(programs.flatMap(arenasUsed))].map((name) => arenaSize(layout, name));
  const plans = programs.map(({ dispatches }) => planArenas(dispatches).arenaBytes);
  // Programs of one engine share their arenas: the n-th is as large as the largest n-th.
  const most = Math.max(...plans.map((plan) => plan.length));
  const intermediates = Array.from({ length: most }, (_, at) => Math.max(...plans.map((plan) => plan[at] ?? 0)));
  const own = programs.flatMap(({ inputBytes, constantBytes, packedBytes }) => [
    inputBytes,
    constantBytes,
    packedBytes,
  ]);
  const count = (isCounted: (spec: ParameterSpec) => boolean): number =>
    parameters.filter(isCounted).reduce((sum, { shape }) => sum + shape.reduce((size, axis) => size * axis, 1), 0);
  return {
    parameterCount: count(() => true),
    trainableCount: count(({ isTrainable }) => isTrainable),
    variableBytes: sum(arenas),
    arenaBytes: sum(intermediates),
    totalBytes: sum([...arenas, ...intermediates, ...own]),
    largestBufferBytes: Math.max(...arenas, ...intermediates, ...own),
    largestBindingBytes: Math.max(...arenas),
  };
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

function arenasUsed({ dispatches, updates }: TracedProgram): ArenaName[] {
  const homes = dispatches.flatMap((dispatch) => {
    const { reads, writes } = accessesOf(dispatch);
    return [...reads, ...writes].map(({ home }) => home?.buffer ?? 'inputs');
  });
  return [...homes, ...(updates.length > 0 ? ['parameters'] : [])].filter(isArena);
}

/** As `Variables` allocates them. */
const arenaSize = (layout: VariableLayout, name: ArenaName): number =>
  name === 'parameters' ? layout.totalBytes : layout.trainableBytes + (name === 'gradientSum' ? ALIGNMENT_BYTES : 0);
