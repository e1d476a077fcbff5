import type { KernelName } from '../gpu/generated/kernels.gen';

/** Where a value lives for good; values without a home are placed in the intermediate arenas by lifetime. */
export interface Home {
  readonly buffer:
    | 'parameters'
    | 'gradients'
    | 'gradientSum'
    | 'moment1'
    | 'moment2'
    | 'inputs'
    | 'constants'
    | 'status'
    | 'packed';
  readonly offsetBytes: number;
}

/** A piece of GPU memory that dispatches read and write. */
export interface Value {
  readonly id: number;
  readonly sizeBytes: number;
  readonly label: string;
  home: Home | null;
  /** Working memory of one node, which may write it more than once; all other values are written once. */
  readonly isScratch?: boolean;
  /** Kept to the end of the program (outputs, losses). */
  isKept: boolean;
  /** A stretch of another value, from a multiple of 256 bytes on; it has no memory of its own. */
  readonly part?: { readonly of: Value; readonly offsetBytes: number };
}

/** One kernel launch, before buffers exist. */
export interface Dispatch {
  readonly kernel: KernelName;
  readonly overrides: Readonly<Record<string, number>>;
  /** One value for each storage binding of the kernel, by the binding's name. */
  readonly bind: Readonly<Record<string, Value>>;
  readonly params: Readonly<Record<string, number>>;
  /** Zeroed right before the launch, for kernels that write only a part of their output. */
  readonly clears?: Value;
  readonly groups: readonly [number, number, number];
}

const MAX_GROUPS_PER_AXIS = 65_535;

/** Folds `count` groups over x and y; kernels use lib/linear_index.wgsl or group.x + group.y * groups.x. */
export function foldGroups(count: number): [number, number, number] {
  if (count <= MAX_GROUPS_PER_AXIS) return [count, 1, 1];
  const y = Math.ceil(count / MAX_GROUPS_PER_AXIS);
  return [Math.ceil(count / y), y, 1];
}

/** Groups for one element a lane. */
export function groupsFor(elements: number, lanes: number): [number, number, number] {
  return foldGroups(Math.ceil(elements / lanes));
}
