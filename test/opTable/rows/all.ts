/** All rows. One import and one spread a file; a new op adds its rows here. */
import type { OpRow } from '../table';
import { elementwiseRows } from './elementwise';
import { embeddingRows } from './embedding';
import { matmulRows } from './matmul';
import { reduceRows } from './reduce';

export const opRows: readonly OpRow[] = [...elementwiseRows, ...embeddingRows, ...matmulRows, ...reduceRows];
