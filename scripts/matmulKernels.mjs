// Writes the unrolled matrix-product kernels to shaders/matmul/generated/. The files are checked in and are what runs;
// this script only saves writing sixty-four multiply-adds by hand. After a change: `node scripts/matmulKernels.mjs`, then
// `npm run kernels`. `--check` fails if a file on disk differs. Which kernel runs where: src/plan/matmulChoice.ts.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../shaders/matmul/generated');
const range = (count) => Array.from({ length: count }, (_, i) => i);
const block = (indent, lines) =>
  lines
    .flat(9)
    .map((line) => ' '.repeat(indent) + line)
    .join('\n');
const AXES = 'xyzw';

const ORIENTATIONS = {
  nn: { a: '[batch, M, K]', b: '[batch, K, N]', aRows: true, bRows: false },
  nt: { a: '[batch, M, K]', b: '[batch, N, K]', aRows: true, bRows: true },
  tn: { a: '[batch, K, M]', b: '[batch, K, N]', aRows: false, bRows: false },
};

const header = (name, what, orientation, work, needs) => `// ${name}: ${what}
//   a   ${orientation.a} f32 in    rows a_lead elements apart, matrices a_batch apart
//   b   ${orientation.b} f32 in    rows b_lead apart, matrices b_batch apart
//   aux [..]          f32 in    EPILOGUES 2, 3: laid out as c; 4, 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   rows c_lead apart, matrices without gaps
${work.map((line) => `// ${line}`).join('\n')}
// Needs ${needs}. Sizes beyond M and N are clamped when read and not stored.
// Written by scripts/matmulKernels.mjs; do not edit.`;

const declarations = ({ aVector, bVector, cVector, isSplit }) => `struct Params {
  m: u32, n: u32, k: u32, alpha: f32,
  a_batch: u32, a_lead: u32, b_batch: u32, b_lead: u32,
  c_lead: u32, epilogue: u32${isSplit ? ', splits: u32, k_chunk: u32' : ''}
}

@group(0) @binding(0) var<storage, read> a: array<${aVector ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(1) var<storage, read> b: array<${bVector ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(2) var<storage, read> aux: array<${cVector ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(3) var<storage, read_write> c: array<${cVector ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(4) var<uniform> params: Params;

// The epilogue is chosen by a uniform without branches: one pipeline serves all six (0 none, 1 relu, 2 + aux, 3 where aux > 0,
// 4 + aux[n], 5 relu(+ aux[n])).
fn store(z: u32, row: u32, column: u32, columns: u32, total: ${cVector ? 'vec4<f32>' : 'f32'}) {
  if (row < params.m && column < columns) {
    let zero = ${cVector ? 'vec4<f32>(0.0)' : '0.0'};
    let mode = params.epilogue;
    let at = (z * params.m + row) * ${cVector ? '(params.c_lead / 4u)' : 'params.c_lead'} + column;
    let extra = aux[select(select(at, column, mode >= 4u), 0u, mode < 2u)];
    let value = total * params.alpha + select(zero, extra, mode == 2u || mode >= 4u);
    let kept = select(value, max(value, zero), mode == 1u || mode == 5u);
    c[at] = select(kept, select(zero, kept, extra > zero), mode == 3u);
  }
}`;

const accumulators = (rows, parts, type) =>
  range(rows).map((i) =>
    range(parts)
      .map((j) => `var s${i}${j} = ${type}(0.0);`)
      .join(' '),
  );
const stores = (rows, parts, columnOf) =>
  range(rows).map((i) =>
    range(parts)
      .map((j) => `store(z, row + ${i}u, ${columnOf(j)}, columns, s${i}${j});`)
      .join(' '),
  );
const multiplyAdd = (i, parts, x, bOf, isVector) =>
  range(parts)
    .map((j) =>
      isVector
        ? `s${i}${j} = fma(vec4<f32>(${x}), ${bOf(j)}, s${i}${j});`
        : `s${i}${j} = fma(${x}, ${bOf(j)}, s${i}${j});`,
    )
    .join(' ');

/** Both operands k-major with vec4 loads: ROWS x (4 * PARTS) outputs a lane, group of 8 lanes side by side. */
function panel(name, rows, parts) {
  const lanes = 8;
  return `${header(
    name,
    'C = alpha Aᵀ B with an epilogue, from registers only.',
    ORIENTATIONS.tn,
    [
      `A lane owns ${rows} rows x ${4 * parts} columns; ${lanes} lanes lie side by side, so all read the same a. One k an iteration keeps the`,
      'body small: on software adapters the count of load instructions is the cost, and workgroup memory loses. Sums run in order of k.',
    ],
    'a_lead, b_lead, c_lead, a_batch, b_batch multiples of 4',
  )}
${declarations({ aVector: true, bVector: true, cVector: true })}

@compute @workgroup_size(${lanes})
fn ${name}(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let z = group.z;
  let row = group.y * ${rows}u;
  let columns = (params.n + 3u) / 4u;
  let a_last = params.a_lead / 4u - 1u;
${block(2, [
  range(rows / 4).map((g) => `var a${g}_at = z * (params.a_batch / 4u) + min(row / 4u + ${g}u, a_last);`),
  range(parts).map((j) => `let column${j} = group.x * ${lanes * parts}u + ${j * lanes}u + lane;`),
  range(parts).map((j) => `var b${j}_at = z * (params.b_batch / 4u) + min(column${j}, columns - 1u);`),
  'let a_step = params.a_lead / 4u;',
  'let b_step = params.b_lead / 4u;',
  accumulators(rows, parts, 'vec4<f32>'),
])}
  for (var k = 0u; k < params.k; k++) {
${block(4, [
  range(rows / 4).map((g) => `let x${g} = a[a${g}_at]; a${g}_at += a_step;`),
  range(parts).map((j) => `let b${j} = b[b${j}_at]; b${j}_at += b_step;`),
  range(rows).map((i) => multiplyAdd(i, parts, `x${i >> 2}.${AXES[i & 3]}`, (j) => `b${j}`, true)),
])}
  }
${block(
  2,
  stores(rows, parts, (j) => `column${j}`),
)}
}
`;
}

/** Subgroup kernels: a read once a lane and spread by subgroupBroadcast. */
function subgroup(name, kind, size, rows, parts) {
  const { aRows, bRows } = ORIENTATIONS[kind];
  const wide = bRows ? 4 * parts : parts;
  const type = bRows ? 'f32' : 'vec4<f32>';
  const vector = !bRows;
  const bAt = (j, k) => `b[b${j}_at + (${k}) * b_step]`;
  const aAt = (i, k) => (aRows ? `a[a${i}_at + ${k}]` : `a[a${i}_at + (${k}) * params.a_lead]`);
  const spread = (q) =>
    range(rows).map(
      (i) =>
        `{ let x = subgroupBroadcast(a${i}, ${q}u); ${multiplyAdd(i, wide, 'x', (j) => (bRows ? `b${j}.${AXES[q & 3]}` : `b${j}`), vector)} }`,
    );
  const single = (k, axis) =>
    range(rows).map(
      (i) =>
        `{ let x = ${aAt(i, k)}; ${multiplyAdd(i, wide, 'x', (j) => (bRows ? `b${j}.${axis}` : `b${j}`), vector)} }`,
    );
  const main = [
    range(rows).map((i) => `let a${i} = ${aAt(i, 'k + lane')};`),
    bRows
      ? range(size / 4).map((g) => [
          '{',
          block(
            2,
            range(wide).map((j) => `let b${j} = b[b${j}_at + k / 4u + ${g}u];`),
          ),
          range(4).map((q) => spread(4 * g + q)),
          '}',
        ])
      : range(size).map((q) => [
          '{',
          `  ${range(wide)
            .map((j) => `let b${j} = ${bAt(j, `k + ${q}u`)};`)
            .join(' ')}`,
          spread(q),
          '}',
        ]),
  ];
  const rest = bRows
    ? [range(wide).map((j) => `let b${j} = b[b${j}_at + k / 4u];`), range(4).map((q) => single(`k + ${q}u`, AXES[q]))]
    : [range(wide).map((j) => `let b${j} = ${bAt(j, 'k')};`), single('k', '')];
  const restLoop = `for (; k < params.k; k += ${bRows ? 4 : 1}u) {`;
  const isRestNeeded = !(bRows && size === 4);
  const need = bRows ? 'K, b_lead and b_batch multiples of 4' : 'b_lead, c_lead and b_batch multiples of 4';
  return `${header(
    name,
    `C = alpha ${aRows ? 'A' : 'Aᵀ'} ${bRows ? 'Bᵀ' : 'B'} with an epilogue, a spread over a subgroup of ${size}.`,
    ORIENTATIONS[kind],
    [
      `A group is one subgroup of ${size} lanes; a lane owns ${rows} rows x ${4 * parts} columns. Each lane reads a at its own k and the others get it by`,
      'broadcast: no workgroup memory, no barrier. Sums run in order of k.',
    ],
    `subgroups of exactly ${size}; ${need}`,
  )}
enable subgroups;

${declarations({ aVector: false, bVector: true, cVector: !bRows })}

@compute @workgroup_size(${size})
fn ${name}(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let z = group.z;
  let row = group.y * ${rows}u;
  let columns = ${bRows ? 'params.n' : '(params.n + 3u) / 4u'};
  let a_first = z * params.a_batch;
  let b_first = z * (params.b_batch / 4u);
  let b_step = params.b_lead / 4u;
${block(2, [
  range(rows).map((i) => `let a${i}_at = a_first + min(row + ${i}u, params.m - 1u)${aRows ? ' * params.a_lead' : ''};`),
  range(wide).map((j) => `let column${j} = group.x * ${size * wide}u + ${j * size}u + lane;`),
  range(wide).map((j) => `let b${j}_at = b_first + min(column${j}, columns - 1u)${bRows ? ' * b_step' : ''};`),
  accumulators(rows, wide, type),
])}
  var k = 0u;
  for (; k + ${size - 1}u < params.k; k += ${size}u) {
${block(4, main)}
  }
${isRestNeeded ? `  ${restLoop}\n${block(4, rest)}\n  }\n` : ''}${block(
  2,
  stores(rows, wide, (j) => `column${j}`),
)}
}
`;
}

/** Block tile of 64 x 64 through workgroup memory for real GPUs; 8 rows x 4 columns a lane, 128 lanes, optional split of K. */
function tile(name, kind) {
  const { aRows, bRows } = ORIENTATIONS[kind];
  const loader = (side, isRows, size) =>
    isRows
      ? [
          `let ${side}_k = item % 16u; let ${side}_quad = item / 16u;`,
          `let ${side}_at = z_in * params.${side}_batch + min(k + ${side}_k, k_last - 1u);`,
          `${side}_tile[${side}_k * 17u + ${side}_quad] = select(vec4<f32>(0.0), vec4<f32>(${range(4)
            .map(
              (q) =>
                `${side}[${side}_at + min(${side}_first + ${side}_quad * 4u + ${q}u, params.${size} - 1u) * params.${side}_lead]`,
            )
            .join(', ')}), k + ${side}_k < k_last);`,
        ]
      : [
          `let ${side}_k = item / 16u; let ${side}_quad = item % 16u;`,
          `let ${side}_at = z_in * (params.${side}_batch / 4u) + min(k + ${side}_k, k_last - 1u) * (params.${side}_lead / 4u);`,
          `${side}_tile[${side}_k * 17u + ${side}_quad] = select(vec4<f32>(0.0), ${side}[${side}_at + min(${side}_first / 4u + ${side}_quad, params.${side}_lead / 4u - 1u)], k + ${side}_k < k_last);`,
        ];
  const needs = [aRows ? '' : 'a_lead, a_batch', bRows ? '' : 'b_lead, b_batch', 'c_lead'].filter(Boolean).join(', ');
  return `${header(
    name,
    `C = alpha ${aRows ? 'A' : 'Aᵀ'} ${bRows ? 'Bᵀ' : 'B'} with an epilogue, block tiles of 64 x 64 in workgroup memory.`,
    ORIENTATIONS[kind],
    [
      'A group of 128 lanes holds 16 k of both operands, k-major (stride 17 to spread banks); a lane owns 8 rows x 4 columns.',
      'group.z = batch * splits + split: a split sums k_chunk of K and stores it as a matrix of its own (then alpha 1, epilogue 0,',
      'and matmul_finish adds them in order). Sums run in order of k.',
    ],
    `${needs} multiples of 4`,
  )}
${declarations({ aVector: !aRows, bVector: !bRows, cVector: true, isSplit: true })}

var<workgroup> a_tile: array<vec4<f32>, 272>;
var<workgroup> b_tile: array<vec4<f32>, 272>;

@compute @workgroup_size(128)
fn ${name}(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let z = group.z;
  let z_in = z / params.splits;
  let a_first = group.y * 64u;
  let b_first = group.x * 64u;
  let row = a_first + (lane / 16u) * 8u;
  let column = b_first / 4u + lane % 16u;
  let columns = (params.n + 3u) / 4u;
  let k_first = (z % params.splits) * params.k_chunk;
  let k_last = min(params.k, k_first + params.k_chunk);
${block(2, accumulators(8, 1, 'vec4<f32>'))}
  for (var k = k_first; k < k_last; k += 16u) {
    for (var item = lane; item < 256u; item += 128u) {
${block(6, [...loader('a', aRows, 'm'), ...loader('b', bRows, 'n')])}
    }
    workgroupBarrier();
    for (var q = 0u; q < 16u; q++) {
      let x0 = a_tile[q * 17u + (lane / 16u) * 2u];
      let x1 = a_tile[q * 17u + (lane / 16u) * 2u + 1u];
      let b0 = b_tile[q * 17u + lane % 16u];
${block(
  6,
  range(8).map((i) => multiplyAdd(i, 1, `x${i >> 2}.${AXES[i & 3]}`, (j) => `b${j}`, true)),
)}
    }
    workgroupBarrier();
  }
${block(
  2,
  stores(8, 1, () => 'column'),
)}
}
`;
}

const files = [
  ...[['matmul_panel', 8, 2]].map(([name, rows, parts]) => [name, panel(name, rows, parts)]),
  ...Object.keys(ORIENTATIONS).map((kind) => [
    `matmul_subgroup4_${kind}`,
    subgroup(`matmul_subgroup4_${kind}`, kind, 4, 8, 2),
  ]),
  ...Object.keys(ORIENTATIONS).map((kind) => [`matmul_tile_${kind}`, tile(`matmul_tile_${kind}`, kind)]),
];
mkdirSync(folder, { recursive: true });
for (const [name, text] of files) {
  const file = path.join(folder, `${name}.wgsl`);
  if (text.split('\n').length > 200) throw new Error(`${name} is longer than 200 lines`);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${name}.wgsl is stale: run \`node scripts/matmulKernels.mjs\`.`);
    process.exitCode = 1;
  }
}
