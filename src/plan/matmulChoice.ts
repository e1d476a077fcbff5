/**
 * Which matrix-product kernel runs on which adapter. The families were measured on software adapters (design note: count
 * of load instructions decides there, workgroup memory loses); real GPUs get the standard block tile. The choice fixes
 * the order of summation, so it is part of a run's identity: it depends on nothing but the profile, the shape and a
 * table that the caller may set.
 */
import type { AdapterProfile } from '../gpu/device';
import type { KernelName } from '../gpu/generated/kernels.gen';

/** NN: A B; NT: A Bᵀ; TN: Aᵀ B; TT: Aᵀ Bᵀ (rare: B is repacked, then as TN). */
export type MatmulKind = 'nn' | 'nt' | 'tn' | 'tt';

/**
 * plain: one output a lane, any strides. panel: k-major operands, registers only. subgroup4: broadcast in subgroups of 4.
 * tile: block tile in workgroup memory.
 */
export const MATMUL_FAMILIES = ['plain', 'panel', 'subgroup4', 'tile'] as const;
export type MatmulFamily = (typeof MATMUL_FAMILIES)[number];

/** deep: K at least four times M and N (weight gradients); small: fewer than 65,536 outputs; large: the rest. */
export const MATMUL_CLASSES = ['small', 'large', 'deep'] as const;
export type MatmulClass = (typeof MATMUL_CLASSES)[number];

export interface MatmulShape {
  readonly kind: MatmulKind;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Plain JSON: families by `${kind}/${class}` for one adapter (AdapterProfile.name). */
export interface MatmulTable {
  readonly adapter: string;
  readonly families: Readonly<Record<string, MatmulFamily>>;
}

export interface MatmulChoice {
  readonly family: MatmulFamily;
  /** Parts of K summed by separate groups and added in order; 1 except for tiles with few outputs. */
  readonly splits: number;
}

/** Products below this many multiply-adds are launch-bound: one plain dispatch, no repacking. */
const PLAIN_BELOW = 8192;
const SMALL_OUTPUTS = 65_536;
const TILE = 64;
/** Groups that a real GPU wants in flight before splitting K stops helping. */
const WANTED_TILES = 128;
const LEAST_CHUNK = 256;
const MOST_SPLITS = 16;

let tunedTable: MatmulTable | null = null;

/** Uses a tuned table (tuner.ts) for the adapter it names; null goes back to the fixed defaults. Off unless called. */
export function setMatmulTable(table: MatmulTable | null): void {
  tunedTable = table;
}

export function matmulClass({ batch, m, n, k }: MatmulShape): MatmulClass {
  if (k >= 4 * Math.max(m, n)) return 'deep';
  return batch * m * n < SMALL_OUTPUTS ? 'small' : 'large';
}

/** Families that can run on the adapter at all. */
export function possibleFamilies(profile: AdapterProfile): readonly MatmulFamily[] {
  return MATMUL_FAMILIES.filter((family) => family !== 'subgroup4' || profile.subgroupSize === 4);
}

/** Fixed default of an adapter. */
export function defaultFamily(profile: AdapterProfile): MatmulFamily {
  if (!profile.isSoftware) return 'tile';
  return profile.subgroupSize === 4 ? 'subgroup4' : 'panel';
}

export function chooseMatmul(profile: AdapterProfile, shape: MatmulShape): MatmulChoice {
  const { kind, batch, m, n, k } = shape;
  if (batch * m * n * k < PLAIN_BELOW) return { family: 'plain', splits: 1 };
  const tuned = tunedTable?.adapter === profile.name ? tunedTable.families[`${kind}/${matmulClass(shape)}`] : undefined;
  const family = tuned && possibleFamilies(profile).includes(tuned) ? tuned : defaultFamily(profile);
  return { family, splits: family === 'tile' && !profile.isSoftware ? splitsFor(shape) : 1 };
}

/** Parts of K for block tiles on a real GPU. */
export function splitsFor({ batch, m, n, k }: MatmulShape): number {
  const tiles = batch * Math.ceil(m / TILE) * Math.ceil(n / TILE);
  return Math.max(1, Math.min(Math.floor(WANTED_TILES / tiles), Math.floor(k / LEAST_CHUNK), MOST_SPLITS));
}

/** What a kernel asks of its operands and how many outputs a group covers. C is always written as vec4. */
export interface MatmulKernel {
  readonly name: KernelName;
  /** Operand layouts it reads: `rows` with k innermost, `columns` with k outermost. */
  readonly a: 'rows' | 'columns';
  readonly b: 'rows' | 'columns';
  /** Whether a and b are read as vec4: row lengths and batch strides must then be multiples of 4. */
  readonly vectorA: boolean;
  readonly vectorB: boolean;
  readonly rows: number;
  readonly columns: number;
  /** For outputs of at most this many columns only. */
  readonly mostColumns: number;
  /** Twins that read a or b as f16, two a word. */
  readonly halfA?: KernelName;
  readonly halfB?: KernelName;
}

const PANEL = { a: 'columns', b: 'columns', vectorA: true, vectorB: true } as const;
const SUBGROUP = {
  b: 'columns',
  vectorA: false,
  vectorB: true,
  rows: 16,
  columns: 32,
  mostColumns: Number.POSITIVE_INFINITY,
} as const;
const BLOCK = { rows: TILE, columns: TILE, mostColumns: Number.POSITIVE_INFINITY } as const;

/** Kernels of a family, the preferred one first where several can read the operands as they lie. */
export const MATMUL_KERNELS: Readonly<Record<Exclude<MatmulFamily, 'plain'>, readonly MatmulKernel[]>> = {
  panel: [
    {
      name: 'matmul_panel_narrow',
      ...PANEL,
      rows: 16,
      columns: 32,
      mostColumns: 32,
      halfA: 'matmul_panel_narrow_half_a',
      halfB: 'matmul_panel_narrow_half_b',
    },
    {
      name: 'matmul_panel',
      ...PANEL,
      rows: 16,
      columns: 64,
      mostColumns: Number.POSITIVE_INFINITY,
      halfA: 'matmul_panel_half_a',
      halfB: 'matmul_panel_half_b',
    },
  ],
  subgroup4: [
    { name: 'matmul_subgroup4_nn', a: 'rows', ...SUBGROUP },
    { name: 'matmul_subgroup4_tn', a: 'columns', ...SUBGROUP },
  ],
  tile: [
    { name: 'matmul_tile_nn', a: 'rows', b: 'columns', vectorA: false, vectorB: true, ...BLOCK },
    { name: 'matmul_tile_nt', a: 'rows', b: 'rows', vectorA: false, vectorB: false, ...BLOCK },
    {
      name: 'matmul_tile_tn',
      a: 'columns',
      b: 'columns',
      vectorA: true,
      vectorB: true,
      ...BLOCK,
      halfA: 'matmul_tile_tn_half_a',
      halfB: 'matmul_tile_tn_half_b',
    },
  ],
};

/** Overrides of the kernels that repack operands. */
export const packOverrides = ({ isSoftware }: Pick<AdapterProfile, 'isSoftware'>): { LANES_K: number } => ({
  LANES_K: isSoftware ? 1 : 8,
});
