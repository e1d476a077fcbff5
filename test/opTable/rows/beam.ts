import { uniformGenerator } from '../../../src/base/random';
import { buildTrie, type Trie } from '../../../src/decode/trie';
import {
  beamAncestors,
  beamItems,
  beamStep,
  DEAD_SCORE,
  NOTHING,
  type TrieTensors,
} from '../../../src/tensor/ops/beam';
import { decodeAttention } from '../../../src/tensor/ops/decodeAttention';
import { beamTop, topK } from '../../../src/tensor/ops/topK';
import { type CaseInput, dotTolerance, type OpCase, type OpRow } from '../table';

/** Positions of the k largest of values[first, first + count), ties by position, NaN last. */
function best(values: ArrayLike<number>, first: number, count: number, k: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  const at = (i: number): number =>
    Number.isNaN(values[first + i]) ? Number.NEGATIVE_INFINITY : (values[first + i] as number);
  return order.sort((a, b) => (at(a) === at(b) ? a - b : at(b) - at(a))).slice(0, k);
}

const topReference = (x: Float64Array, rows: number, columns: number, k: number): Float64Array[] => {
  const picked = Array.from({ length: rows }, (_, row) =>
    best(x, row * columns, columns, k).map((c) => ({ c, value: x[row * columns + c] as number })),
  ).flat();
  return [Float64Array.from(picked, ({ value }) => value), Float64Array.from(picked, ({ c }) => c)];
};

const EXACT = { atol: 0, rtol: 0, reason: 'selection copies bits' };
const topCase = (
  name: string,
  rows: number,
  columns: number,
  k: number,
  values: CaseInput['values'] = 'normal',
): OpCase => ({
  name: `topK ${name} ${rows}x${columns} k ${k}`,
  inputs: { x: { shape: [rows, columns], values } },
  build: ({ x }) => Object.values(topK(x as never, k)),
  reference: ({ x }) => topReference(x as Float64Array, rows, columns, k),
  tolerance: EXACT,
});
/** Few distinct values, both zeros among them, so that nearly every comparison is a tie. */
const tied = (count: number, among: readonly number[] = [-2, -0, 0, 1]): Float32Array => {
  const uniform = uniformGenerator(count);
  return Float32Array.from({ length: count }, () => among[Math.floor(uniform() * among.length)] as number);
};

const topCases: OpCase[] = [
  ...(
    [
      [1, 1, 1],
      [3, 7, 7],
      [0, 9, 3],
      [5, 64, 64],
      [2, 512, 50],
      [2, 513, 50],
      [3, 1027, 20],
      [50, 512, 50],
      [1, 25_600, 50],
      [2, 4097, 64],
      [1, 40_001, 10],
      [1, 262_144, 64],
    ] as const
  ).map(([rows, columns, k]) => topCase('normal', rows, columns, k)),
  topCase('ties', 3, 700, 64, tied(2100)),
  topCase('ties', 1, 5000, 50, tied(5000)),
  topCase('both zeros first', 2, 900, 64, tied(1800, [-2, -0, 0])),
  topCase('sparse ties', 40, 1200, 3, tied(48_000, [1, ...new Array<number>(99).fill(0)])),
  topCase('all equal', 2, 1000, 33, new Float32Array(2000).fill(1.5)),
  topCase('lowest', 1, 600, 5, new Float32Array(600).fill(DEAD_SCORE)),
  topCase(
    'NaN and -infinity left behind',
    1,
    1300,
    60,
    Float32Array.from({ length: 1300 }, (_, i) =>
      i % 20 === 7 ? Math.sin(i) : i % 2 ? Number.NaN : Number.NEGATIVE_INFINITY,
    ),
  ),
  topCase(
    'ascending',
    1,
    3000,
    64,
    Float32Array.from({ length: 3000 }, (_, i) => i - 1500),
  ),
];

function logSum(x: Float64Array, first: number, count: number): number {
  const row = x.subarray(first, first + count);
  const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
  return top + Math.log(row.reduce((total, value) => total + Math.exp(value - top), 0));
}

const SCORE = { atol: 2e-5, rtol: 1e-6, reason: 'log-sum-exp of hundreds of f32 terms' };
const beamTopCases = (
  [
    [50, 512, 50],
    [1, 30, 10],
    [64, 1027, 64],
    [3, 5, 15],
    [20, 1027, 20],
  ] as const
).map(
  ([rows, columns, k]): OpCase => ({
    name: `beamTop ${rows}x${columns} k ${k}`,
    inputs: { logits: { shape: [rows, columns], values: 'normal' }, scores: { shape: [rows], values: 'normal' } },
    build: ({ logits, scores }) => Object.values(beamTop(logits as never, scores as never, k)),
    reference: ({ logits, scores }) => {
      const x = logits as Float64Array;
      const sums = Array.from({ length: rows }, (_, row) => logSum(x, row * columns, columns));
      const candidates = x.map(
        (value, i) =>
          value -
          (sums[Math.floor(i / columns)] as number) +
          ((scores as Float64Array)[Math.floor(i / columns)] as number),
      );
      return topReference(candidates, 1, rows * columns, k);
    },
    tolerance: SCORE,
  }),
);

/** `items` distinct identifiers drawn from `branches` tokens a level. */
export function randomTrie(items: number, depth: number, branches: number, seed: number): Trie {
  const uniform = uniformGenerator(seed);
  const seen = new Map<string, number[]>();
  while (seen.size < items) {
    const identifier = Array.from({ length: depth }, (_, level) => level * branches + Math.floor(uniform() * branches));
    seen.set(identifier.join(), identifier);
  }
  return buildTrie(Uint32Array.from([...seen.values()].flat()), depth);
}

const trieInputs = (trie: Trie): Record<string, CaseInput> =>
  Object.fromEntries(
    (['childStart', 'childCount', 'childToken', 'childNode', 'itemOfLeaf'] as const).map((name) => [
      name,
      { shape: [trie[name].length], values: trie[name] },
    ]),
  );
const trieOf = (tensors: Readonly<Record<string, unknown>>): TrieTensors => tensors as unknown as TrieTensors;

interface StepShape {
  users: number;
  before: number;
  after: number;
  vocabulary: number;
  stride: number;
  trie: Trie;
  nodes: Uint32Array;
}

function stepReference(
  { users, before, after, vocabulary, stride, trie, nodes }: StepShape,
  logits: Float64Array,
  scores: Float64Array,
): Float64Array[] {
  const out = [
    new Float64Array(users * after).fill(DEAD_SCORE),
    new Float64Array(users * after),
    new Float64Array(users * after).fill(NOTHING),
    new Float64Array(users * after),
  ];
  for (let user = 0; user < users; user++) {
    const candidates: { score: number; token: number; node: number; parent: number }[] = [];
    for (let beam = 0; beam < before; beam++) {
      const row = user * before + beam;
      const node = nodes[row] as number;
      if (node === NOTHING) continue;
      const sum = logSum(logits, row * stride, vocabulary);
      for (let i = 0; i < (trie.childCount[node] as number); i++) {
        const edge = (trie.childStart[node] as number) + i;
        const token = trie.childToken[edge] as number;
        candidates.push({
          score: (logits[row * stride + token] as number) - sum + (scores[row] as number),
          token,
          node: trie.childNode[edge] as number,
          parent: beam,
        });
      }
    }
    best(
      candidates.map(({ score }) => score),
      0,
      candidates.length,
      after,
    ).forEach((index, rank) => {
      const { score, token, node, parent } = candidates[index] as (typeof candidates)[number];
      [score, token, node, parent].forEach((value, output) => {
        (out[output] as Float64Array)[user * after + rank] = value;
      });
    });
  }
  return out;
}

function stepCase(
  name: string,
  trie: Trie,
  level: number,
  users: number,
  before: number,
  after: number,
  stride: number,
  vocabulary = stride,
): OpCase {
  const uniform = uniformGenerator(before + after);
  const firstNode = trie.nodesAtDepth.slice(0, level).reduce((a, b) => a + b, 0);
  // Distinct nodes of the level a user; beams beyond them, and the odd one in between, are dead.
  const count = trie.nodesAtDepth[level] as number;
  const nodes = Uint32Array.from({ length: users * before }, (_, i) =>
    i % before < count && (before === 1 || uniform() < 0.8) ? firstNode + (i % before) : NOTHING,
  );
  const shape: StepShape = { users, before, after, vocabulary, stride, trie, nodes };
  return {
    name: `beamStep ${name}`,
    inputs: {
      logits: { shape: [users * before, stride], values: 'normal' },
      scores: { shape: [users, before], values: 'normal' },
      nodes: { shape: [users, before], values: nodes },
      ...trieInputs(trie),
    },
    build: ({ logits, scores, nodes: at, ...trieTensors }) =>
      Object.values(
        beamStep({
          logits: logits as never,
          scores: scores as never,
          nodes: at as never,
          trie: trieOf(trieTensors),
          beams: after,
          maxChildren: trie.maxChildren[level] as number,
          vocabulary,
        }),
      ),
    reference: ({ logits, scores }) => stepReference(shape, logits as Float64Array, scores as Float64Array),
    tolerance: SCORE,
  };
}

const wide = randomTrie(3000, 2, 256, 3);
const small = randomTrie(60, 3, 7, 4);
const stepCases: OpCase[] = [
  stepCase('first step of one beam', wide, 0, 3, 1, 50, 512),
  stepCase('50 beams of up to 256 children', randomTrie(8000, 2, 256, 5), 1, 2, 50, 50, 512),
  stepCase('64 beams', wide, 1, 2, 64, 64, 512),
  stepCase('more beams than candidates', small, 0, 2, 1, 20, 21),
  stepCase('inner step, row stride above the vocabulary', small, 1, 3, 6, 10, 40, 21),
  stepCase('last step', small, 2, 4, 20, 20, 21),
];

const ancestorCases = (
  [
    [2, 3, 3, 2],
    [3, 4, 1, 1],
    [1, 50, 20, 3],
    [0, 4, 4, 1],
  ] as const
).map(
  ([users, beams, before, steps]): OpCase => ({
    name: `beamAncestors ${users}x${beams} from ${before}, step ${steps}`,
    inputs: {
      parents: { shape: [users, beams], values: { below: before } },
      previous: { shape: [users * before, steps], values: { below: 1000 } },
    },
    build: ({ parents, previous }) => [beamAncestors(parents as never, previous as never)],
    reference: ({ parents, previous }) => [
      Float64Array.from({ length: users * beams * (steps + 1) }, (_, i) => {
        const row = Math.floor(i / (steps + 1));
        const step = i % (steps + 1);
        if (step === steps) return row;
        return (previous as Float64Array)[
          (Math.floor(row / beams) * before + ((parents as Float64Array)[row] as number)) * steps + step
        ] as number;
      }),
    ],
  }),
);

const leafNodes = Uint32Array.from({ length: small.itemOfLeaf.length + 1 }, (_, i) =>
  i === 5 ? NOTHING : Math.min(i, small.itemOfLeaf.length - 1),
);
const itemCase: OpCase = {
  name: 'beamItems of inner nodes, leaves and a dead beam',
  inputs: { nodes: { shape: [leafNodes.length], values: leafNodes }, ...trieInputs(small) },
  build: ({ nodes, ...tensors }) => [beamItems(nodes as never, trieOf(tensors))],
  reference: () => [
    Float64Array.from(leafNodes, (node) => (node === NOTHING ? NOTHING : (small.itemOfLeaf[node] as number))),
  ],
};

function attentionCase(
  rows: number,
  heads: number,
  size: number,
  cacheRows: readonly number[],
  hasBias: boolean,
  scale: number,
): OpCase {
  const steps = cacheRows.length;
  const width = heads * size;
  const uniform = uniformGenerator(rows + steps);
  const ancestors = Uint32Array.from({ length: rows * steps }, (_, i) =>
    Math.floor(uniform() * (cacheRows[i % steps] as number)),
  );
  const inputs: Record<string, CaseInput> = {
    q: { shape: [rows, width], values: 'normal' },
    ancestors: { shape: [rows, steps], values: ancestors },
  };
  cacheRows.forEach((count, s) => {
    inputs[`k${s}`] = { shape: [count, width], values: 'normal' };
    inputs[`v${s}`] = { shape: [count, width], values: 'normal' };
  });
  if (hasBias) inputs['bias'] = { shape: [heads, steps], values: 'normal' };
  return {
    name: `decodeAttention ${rows} rows, ${heads}x${size}, cache ${cacheRows.join('+')}${hasBias ? ', bias' : ''}`,
    inputs,
    build: (tensors) => [
      decodeAttention({
        q: tensors['q'] as never,
        ancestors: tensors['ancestors'] as never,
        heads,
        scale,
        keys: cacheRows.map((_, s) => tensors[`k${s}`] as never),
        values: cacheRows.map((_, s) => tensors[`v${s}`] as never),
        ...(hasBias ? { bias: tensors['bias'] as never } : {}),
      }),
    ],
    reference: (arrays) => {
      const q = arrays['q'] as Float64Array;
      const out = new Float64Array(rows * width);
      for (let row = 0; row < rows; row++)
        for (let head = 0; head < heads; head++) {
          const scores = cacheRows.map((_, s) => {
            const from = (ancestors[row * steps + s] as number) * width + head * size;
            let dot = 0;
            for (let d = 0; d < size; d++)
              dot +=
                (q[row * width + head * size + d] as number) * ((arrays[`k${s}`] as Float64Array)[from + d] as number);
            return scale * dot + (hasBias ? ((arrays['bias'] as Float64Array)[head * steps + s] as number) : 0);
          });
          const top = Math.max(...scores);
          const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
          scores.forEach((score, s) => {
            const from = (ancestors[row * steps + s] as number) * width + head * size;
            for (let d = 0; d < size; d++)
              out[row * width + head * size + d] =
                (out[row * width + head * size + d] as number) +
                (Math.exp(score - top) / total) * ((arrays[`v${s}`] as Float64Array)[from + d] as number);
          });
        }
      return [out];
    },
    tolerance: dotTolerance(size),
  };
}

const attentionCases = [
  attentionCase(6, 2, 8, [6], false, 1),
  attentionCase(6, 2, 8, [2, 6], true, 1),
  attentionCase(100, 4, 64, [2, 100, 100, 100], true, 0.125),
  attentionCase(5, 3, 4, [1, 5, 5, 5, 5], true, 1),
  attentionCase(7, 1, 16, [1, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7], false, 0.25),
  attentionCase(0, 2, 8, [4, 4], false, 1),
];

export const beamRows: readonly OpRow[] = [
  { ops: ['top_k'], cases: topCases },
  { ops: ['beam_top'], cases: beamTopCases },
  { ops: ['beam_step'], cases: stepCases },
  { ops: ['beam_ancestors', 'beam_items'], cases: [...ancestorCases, itemCase] },
  { ops: ['decode_attention'], cases: attentionCases },
];
