/**
 * UTGRec's discretisation (arXiv 2504.04405 §2.2): prefix residual, one root codebook for level 1, one leaf codebook
 * shared by levels 2…H, straight-through, and the inverse prefix residual. The independent variant of the ablation
 * "w/o TreeCode" has one book a level and averages their losses.
 * Shapes: B items, H levels, D codebook width.
 */
import type { ParameterSpec } from '../../nn/parameters';
import { linearCodebook, linearCodebookParameters, type Quantised, quantise } from '../../quantize/linearCodebook';
import { inversePrefixResidual, prefixResidual } from '../../quantize/prefixResidual';
import type { Tensor } from '../../tensor/graph';
import { add, scaleBy } from '../../tensor/ops/elementwise';
import { concat, slice } from '../../tensor/ops/move';
import { reshape } from '../../tensor/ops/views';
import { sizeAt } from '../../tensor/shape';
import type { QuantiserConfig } from './config';

/** Books in the order of the levels that use them: `root`, `leaf`; or `level0`, `level1`, … without a tree. */
export function bookNames({ kind, levels }: QuantiserConfig): readonly string[] {
  if (kind === 'independent') return Array.from({ length: levels }, (_, level) => `level${level}`);
  return levels === 1 ? ['root'] : ['root', 'leaf'];
}

/** Entries of the book that serves `level`, from 0. */
export function entriesOfLevel(config: QuantiserConfig, level: number): number {
  if (config.kind === 'independent' || level === 0) return config.rootEntries;
  return config.leafEntries;
}

/** The book that serves `level`, from 0. */
export function bookOfLevel(config: QuantiserConfig, level: number): string {
  if (config.kind === 'independent') return `level${level}`;
  return level === 0 ? 'root' : 'leaf';
}

/** @param isMatrixTrainable false: C keeps its bits (tokenizer fine-tuning) */
export function treeQuantiserParameters(config: QuantiserConfig, isMatrixTrainable: boolean): ParameterSpec[] {
  return bookNames(config).flatMap((book) =>
    linearCodebookParameters(
      book,
      book === 'leaf' ? config.leafEntries : config.rootEntries,
      config.width,
      isMatrixTrainable,
    ),
  );
}

export interface TreeQuantised {
  /** One `[B]` u32 a level. */
  readonly codes: readonly Tensor[];
  /** v `[B, H, D]`. */
  readonly residual: Tensor;
  /** zq `[B, H, D]`: running sums of the entries forward, z backward. */
  readonly reconstructed: Tensor;
  /** (L_root + L_leaf)/2, or the mean over independent books (the published code's reduction, utgrec.md §3.4). */
  readonly loss: Tensor;
  /** mse by book, in the order of `bookNames`. */
  readonly errors: readonly Tensor[];
}

/** @param z `[B, H, D]`. @throws ShapeError `tensor/shape` */
export function treeQuantise(params: (name: string) => Tensor, config: QuantiserConfig, z: Tensor): TreeQuantised {
  const [items, levels, width] = [sizeAt(z.shape, 0), sizeAt(z.shape, 1), sizeAt(z.shape, 2)];
  const residual = prefixResidual(z);
  const books = bookNames(config);
  // The leaf book takes all of its levels in one look-up.
  const spans = books.map((book, at) => (book === 'leaf' ? levels - 1 : at < levels ? 1 : 0));
  const parts: Quantised[] = books.map((book, at) => {
    const span = spans[at] ?? 1;
    const rows = reshape(slice(residual, 1, at, span), [items * span, width]);
    return quantise(rows, linearCodebook(params, book), config.commitmentWeight);
  });
  const quantised = parts.map((part, at) => reshape(part.quantised, [items, spans[at] ?? 1, width]));
  const codes = parts.flatMap((part, at) => {
    const span = spans[at] ?? 1;
    const table = reshape(part.codes, [items, span]);
    return Array.from({ length: span }, (_, level) => reshape(slice(table, 1, level, 1), [items]));
  });
  const total = parts.map(({ loss }) => loss).reduce((sum, loss) => add(sum, loss));
  return {
    codes,
    residual,
    reconstructed: inversePrefixResidual(concat(quantised, 1)),
    loss: scaleBy(total, 1 / parts.length),
    errors: parts.map(({ error }) => error),
  };
}
