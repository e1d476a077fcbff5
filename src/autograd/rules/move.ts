import { constant } from '../../tensor/ops/leaves';
import {
  BROADCAST_TO,
  CONCAT,
  concat,
  PAD,
  pad,
  SLICE,
  SPLIT,
  slice,
  split,
  TRANSPOSE,
  transpose,
} from '../../tensor/ops/move';
import { sum } from '../../tensor/ops/reduce';
import { reshape } from '../../tensor/ops/views';
import { elementCount, sizeAt } from '../../tensor/shape';
import { defineRule, inputAt, onlyGrad } from '../rule';

defineRule(TRANSPOSE, (node, grads) => {
  const { permutation } = node.attributes;
  return [
    transpose(
      onlyGrad(grads),
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ];
});

defineRule(SLICE, (node, grads) => {
  const { axis, start } = node.attributes;
  const grad = onlyGrad(grads);
  return [pad(grad, axis, start, sizeAt(inputAt(node, 0).shape, axis) - start - sizeAt(grad.shape, axis))];
});

defineRule(PAD, (node, grads) => {
  const { axis, before } = node.attributes;
  return [slice(onlyGrad(grads), axis, before, sizeAt(inputAt(node, 0).shape, axis))];
});

defineRule(SPLIT, (node, grads) => {
  const pieces = node.outputs.map(
    ({ shape }, output) => grads[output] ?? constant(new Float32Array(elementCount(shape)), shape),
  );
  return [concat(pieces, node.attributes.axis)];
});

defineRule(CONCAT, (node, grads) => {
  const { axis } = node.attributes;
  return split(
    onlyGrad(grads),
    axis,
    node.inputs.map((input) => sizeAt(input.shape, axis)),
  );
});

defineRule(BROADCAST_TO, (node, grads) => {
  const { shape } = inputAt(node, 0);
  let grad = onlyGrad(grads);
  const lead = grad.shape.length - shape.length;
  grad.shape.forEach((size, axis) => {
    if (size !== 1 && (axis < lead || shape[axis - lead] === 1)) grad = sum(grad, axis, true);
  });
  return [reshape(grad, shape)];
});
