import { countOf, defineOp, record, requireDtype, requireShapes, type Tensor } from '../graph';
import { elementCount, type Shape } from '../shape';

/** f32 rounded to f16, two values a word. */
export const PACK_HALF = defineOp('pack_half');
/** The reverse; exact. */
export const UNPACK_HALF = defineOp('unpack_half');

/** Words that hold `count` values: whole vectors of four. */
const wordsOf = (count: number): number => 2 * Math.ceil(count / 4);

/**
 * Values of `x` rounded to f16, as u32 words of two: half the memory. Values beyond 65,504 become infinite, NaN stays NaN;
 * below 6e-8 they become 0. Has no gradient: it stores what a gradient reads (plan/savedHalves.ts).
 * @returns u32 `[2 · ceil(count / 4)]` @throws ShapeError `tensor/dtype`
 */
export function packHalf(x: Tensor): Tensor {
  requireDtype('packHalf', x, 'f32');
  return record(PACK_HALF, [x], {}, [wordsOf(countOf(x))], 'u32');
}

/** f32 `shape` from the words of `packHalf`. @throws ShapeError `tensor/dtype`, `tensor/shape` */
export function unpackHalf(words: Tensor, shape: Shape): Tensor {
  requireDtype('unpackHalf', words, 'u32');
  const wanted = wordsOf(elementCount(shape));
  requireShapes('unpackHalf', countOf(words) === wanted, `${wanted} words for [${shape}]`, words);
  return record(UNPACK_HALF, [words], {}, shape);
}
