import type { Tensor } from '../../../src/tensor/graph';
import { infoNce } from '../../../src/tensor/ops/infoNce';
import type { CaseInput, OpCase, OpRow } from '../table';

/** Mean over rows of −log softmax_j(a_i · b_j / temperature)[i], same-id columns left out. */
function referenceInfoNce(
  arrays: Readonly<Record<string, Float64Array>>,
  rows: number,
  width: number,
  temperature: number,
): number {
  const { a = new Float64Array(), b = new Float64Array(), ids } = arrays;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const scores: number[] = [];
    let own = 0;
    for (let j = 0; j < rows; j++) {
      if (ids && j !== i && ids[j] === ids[i]) continue;
      let score = 0;
      for (let d = 0; d < width; d++) score += (a[i * width + d] as number) * (b[j * width + d] as number);
      scores.push(score / temperature);
      if (j === i) own = score / temperature;
    }
    const top = scores.reduce((x, y) => Math.max(x, y));
    total += top + Math.log(scores.reduce((mass, score) => mass + Math.exp(score - top), 0)) - own;
  }
  return total / Math.max(1, rows);
}

function infoNceCase(rows: number, width: number, temperature: number, idsBelow = 0): OpCase {
  const inputs: Record<string, CaseInput> = {
    a: { shape: [rows, width], values: 'normal' },
    b: { shape: [rows, width], values: 'normal' },
  };
  if (idsBelow > 0) inputs['ids'] = { shape: [rows], values: { below: idsBelow } };
  return {
    name: `infoNce ${rows} x ${width}, temperature ${temperature}${idsBelow > 0 ? `, ${idsBelow} items` : ''}`,
    inputs,
    build: ({ a, b, ids }) => [infoNce(a as Tensor, b as Tensor, temperature, ids ? { ids } : {})],
    reference: (arrays) => [Float64Array.of(referenceInfoNce(arrays, rows, width, temperature))],
    // A row's loss is a difference of two scores, each off by up to 16 · 2⁻²⁴ · 0.8 D / temperature.
    tolerance: {
      atol: 2e-5 + (32 * 2 ** -24 * 0.8 * width) / temperature,
      rtol: 2e-5,
      reason: 'softmax of dot products',
    },
    ...(rows > 0 ? { gradients: ['a', 'b'] } : {}),
  };
}

const cases: OpCase[] = [
  infoNceCase(0, 4, 1),
  infoNceCase(1, 4, 1),
  infoNceCase(2, 1, 0.5),
  infoNceCase(5, 6, 1),
  infoNceCase(33, 20, 2),
  infoNceCase(33, 20, 2, 7),
  infoNceCase(64, 64, 4),
  infoNceCase(130, 17, 2, 40),
  infoNceCase(257, 8, 1),
  infoNceCase(6, 5, 1, 1),
];

export const infoNceRows: readonly OpRow[] = [{ ops: ['info_nce', 'info_nce_grad'], cases }];
