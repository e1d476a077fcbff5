import { ShapeError } from '../../base/errors';
import { defineOp, record, type Tensor } from '../graph';
import { type Dtype, elementCount, type Shape } from '../shape';

/** A parameter or state of the model, living in the variables' arena. */
export const PARAMETER = defineOp<{ name: string; isTrainable: boolean }>('parameter');
/** One array of the batch, uploaded every step. */
export const INPUT = defineOp<{ name: string }>('input');
/** Fixed numbers, uploaded once when the program is compiled. */
export const CONSTANT = defineOp<{ data: Float32Array | Uint32Array | Int32Array }>('constant');
/** The step's scalars (step number, seed, learning rate …), see plan/stepState.ts. */
export const STEP_STATE = defineOp('step_state');

export const STEP_STATE_WORDS = 16;

export function parameterLeaf(name: string, shape: Shape, isTrainable: boolean): Tensor {
  return record(PARAMETER, [], { name, isTrainable }, shape);
}

export function inputLeaf(name: string, shape: Shape, dtype: Dtype): Tensor {
  return record(INPUT, [], { name }, shape, dtype);
}

/** A constant tensor; `data` is kept by reference and must not change. @throws ShapeError `constant/size` */
export function constant(data: Float32Array | Uint32Array | Int32Array, shape: Shape): Tensor {
  if (data.length !== elementCount(shape))
    throw new ShapeError(
      'constant/size',
      `constant: shape [${shape}] wants ${elementCount(shape)} elements, got ${data.length}.`,
    );
  const dtype = data instanceof Float32Array ? 'f32' : data instanceof Uint32Array ? 'u32' : 'i32';
  return record(CONSTANT, [], { data }, shape, dtype);
}

export function scalar(value: number): Tensor {
  return constant(new Float32Array([value]), []);
}

export function stepStateLeaf(): Tensor {
  return record(STEP_STATE, [], {}, [STEP_STATE_WORDS], 'u32');
}
