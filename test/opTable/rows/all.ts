/** All rows. One import and one spread a file; a new op adds its rows here. */
import type { OpRow } from '../table';
import { attentionRows } from './attention';
import { beamRows } from './beam';
import { crossEntropyRows } from './crossEntropy';
import { dropoutRows } from './dropout';
import { elementwiseRows } from './elementwise';
import { embeddingRows } from './embedding';
import { gruCellRows } from './gruCell';
import { halfRows } from './half';
import { infoNceRows } from './infoNce';
import { linearCrossEntropyRows } from './linearCrossEntropy';
import { matmulRows } from './matmul';
import { moveRows } from './move';
import { normRows } from './norm';
import { quantizeRows } from './quantize';
import { reduceRows } from './reduce';
import { unfoldRows } from './unfold';

export const opRows: readonly OpRow[] = [
  ...attentionRows,
  ...beamRows,
  ...crossEntropyRows,
  ...dropoutRows,
  ...elementwiseRows,
  ...embeddingRows,
  ...gruCellRows,
  ...halfRows,
  ...infoNceRows,
  ...linearCrossEntropyRows,
  ...matmulRows,
  ...moveRows,
  ...normRows,
  ...quantizeRows,
  ...reduceRows,
  ...unfoldRows,
];
