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

/** `half` names the operand that is stored as f16, two a word (half_pack.wgsl); products and sums are f32 all the same. */
const header = (name, what, orientation, work, needs, half = null) => `// ${name}: ${what}
//   a   ${orientation.a} ${half === 'a' ? 'f16, two a word,' : 'f32'} in    rows a_lead elements apart, matrices a_batch apart
//   b   ${orientation.b} ${half === 'b' ? 'f16, two a word,' : 'f32'} in    rows b_lead apart, matrices b_batch apart
//   aux [..]          f32 in    EPILOGUES 2, 3: laid out as c; 4, 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   rows c_lead apart, matrices without gaps
${work.map((line) => `// ${line}`).join('\n')}
// Needs ${needs}. Sizes beyond M and N are clamped when read and not stored.
// Written by scripts/matmulKernels.mjs; do not edit.`;

/** Element type of an operand's binding. */
const elementOf = (isHalf, isVector) => (isHalf ? 'vec2<u32>' : isVector ? 'vec4<f32>' : 'f32');
/** Four neighbours of an operand that is read by vectors. */
const quadOf = (side, at, half) => (half === side ? `wide(${side}[${at}])` : `${side}[${at}]`);

const declarations = ({ aVector, bVector, isSplit, half = null }) => `struct Params {
  m: u32, n: u32, k: u32, alpha: f32,
  a_batch: u32, a_lead: u32, b_batch: u32, b_lead: u32,
  c_lead: u32, epilogue: u32${isSplit ? ', splits: u32, k_chunk: u32' : ''}
}

@group(0) @binding(0) var<storage, read> a: array<${elementOf(half === 'a', aVector)}>;
@group(0) @binding(1) var<storage, read> b: array<${elementOf(half === 'b', bVector)}>;
@group(0) @binding(2) var<storage, read> aux: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> params: Params;
${
  half
    ? `
fn wide(words: vec2<u32>) -> vec4<f32> { return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y)); }
`
    : ''
}
// The epilogue is chosen by a uniform without branches: one pipeline serves all six (0 none, 1 relu, 2 + aux,
// 3 where aux > 0, 4 + aux[n], 5 relu(+ aux[n])).
fn store(z: u32, row: u32, column: u32, columns: u32, total: vec4<f32>) {
  if (row < params.m && column < columns) {
    let zero = vec4<f32>(0.0);
    let mode = params.epilogue;
    let at = (z * params.m + row) * (params.c_lead / 4u) + column;
    let extra = aux[select(select(at, column, mode >= 4u), 0u, mode < 2u)];
    let value = total * params.alpha + select(zero, extra, mode == 2u || mode >= 4u);
    let kept = select(value, max(value, zero), mode == 1u || mode == 5u);
    c[at] = select(kept, select(zero, kept, extra > zero), mode == 3u);
  }
}`;

const each = (count, text) => range(count).map(text).join(' ');
/** Two short statements a line. */
const paired = (lines) => range(Math.ceil(lines.length / 2)).map((i) => lines.slice(2 * i, 2 * i + 2).join(' '));
const accumulators = (rows, parts) => range(rows).map((i) => each(parts, (j) => `var s${i}_${j} = vec4<f32>(0.0);`));
const multiplyAdd = (i, parts, x) => each(parts, (j) => `s${i}_${j} = fma(vec4<f32>(${x}), b${j}, s${i}_${j});`);
/** Rolled: the body of `store` is compiled once for each part instead of once for each accumulator (4x less compile time). */
const rolledStores = (rows, parts) => [
  range(parts).map(
    (j) =>
      `var t${j} = array<vec4<f32>, ${rows}>(${range(rows)
        .map((i) => `s${i}_${j}`)
        .join(', ')});`,
  ),
  `for (var i = 0u; i < ${rows}u; i++) {`,
  range(parts).map((j) => `  store(z, row + i, column${j}, columns, t${j}[i]);`),
  '}',
];

/** Both operands k-major with vec4 loads: `rows` x (4 * parts) outputs a lane, groups of 8 lanes side by side. */
function panel(name, rows, parts, half = null) {
  const lanes = 8;
  const work = [
    `A lane owns ${rows} rows x ${4 * parts} columns; ${lanes} lanes lie side by side, so all read the same a. One k an iteration keeps`,
    'the body small: on software adapters the count of load instructions is the cost, and workgroup memory loses. Sums run',
    'in order of k.',
  ];
  return `${header(name, 'C = alpha Aᵀ B with an epilogue, from registers only.', ORIENTATIONS.tn, work, 'a_lead, b_lead, c_lead, a_batch, b_batch multiples of 4', half)}
${declarations({ aVector: true, bVector: true, half })}

@compute @workgroup_size(${lanes})
fn ${name}(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let z = group.z;
  let row = group.y * ${rows}u;
  let columns = (params.n + 3u) / 4u;
  let a_step = params.a_lead / 4u;
  let b_step = params.b_lead / 4u;
${block(2, [
  range(rows / 4).map((g) => `var a${g}_at = z * (params.a_batch / 4u) + min(row / 4u + ${g}u, a_step - 1u);`),
  range(parts).map((j) => `let column${j} = group.x * ${lanes * parts}u + ${j * lanes}u + lane;`),
  range(parts).map((j) => `var b${j}_at = z * (params.b_batch / 4u) + min(column${j}, columns - 1u);`),
  accumulators(rows, parts),
])}
  for (var k = 0u; k < params.k; k++) {
${block(4, [
  range(rows / 4).map((g) => `let x${g} = ${quadOf('a', `a${g}_at`, half)}; a${g}_at += a_step;`),
  range(parts).map((j) => `let b${j} = ${quadOf('b', `b${j}_at`, half)}; b${j}_at += b_step;`),
  range(rows).map((i) => multiplyAdd(i, parts, `x${i >> 2}.${AXES[i & 3]}`)),
])}
  }
${block(2, rolledStores(rows, parts))}
}
`;
}

/** Subgroup kernels: each lane reads a at its own k, broadcasts spread it; b k-major with vec4 loads. */
function subgroup(name, kind, size, rows, parts) {
  const { aRows } = ORIENTATIONS[kind];
  const a = (i, k) => (aRows ? `a[a${i}_at + ${k}]` : `a[a${i}_at + (${k}) * params.a_lead]`);
  const loadB = (k) => each(parts, (j) => `let b${j} = b[b${j}_at + (${k}) * b_step];`);
  const work = [
    `A group is one subgroup of ${size} lanes; a lane owns ${rows} rows x ${4 * parts} columns. Each lane reads a at its own k and the`,
    'others get it by broadcast: no workgroup memory, no barrier. Sums run in order of k.',
  ];
  const title = `C = alpha ${aRows ? 'A' : 'Aᵀ'} B with an epilogue, a spread over a subgroup of ${size}.`;
  return `${header(name, title, ORIENTATIONS[kind], work, `subgroups of exactly ${size}; b_lead, c_lead and b_batch multiples of 4`)}
enable subgroups;

${declarations({ aVector: false, bVector: true })}

@compute @workgroup_size(${size})
fn ${name}(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let z = group.z;
  let row = group.y * ${rows}u;
  let columns = (params.n + 3u) / 4u;
  let a_first = z * params.a_batch;
  let b_first = z * (params.b_batch / 4u);
  let b_step = params.b_lead / 4u;
${block(2, [
  paired(
    range(rows).map(
      (i) => `let a${i}_at = a_first + min(row + ${i}u, params.m - 1u)${aRows ? ' * params.a_lead' : ''};`,
    ),
  ),
  range(parts).map((j) => `let column${j} = group.x * ${size * parts}u + ${j * size}u + lane;`),
  range(parts).map((j) => `let b${j}_at = b_first + min(column${j}, columns - 1u);`),
  paired(accumulators(rows, parts)),
])}
  var k = 0u;
  for (; k + ${size - 1}u < params.k; k += ${size}u) {
${block(4, [
  paired(range(rows).map((i) => `let a${i} = ${a(i, 'k + lane')};`)),
  range(size).map((q) => [
    '{',
    `  ${loadB(`k + ${q}u`)}`,
    range(rows).map((i) => `  { let x = subgroupBroadcast(a${i}, ${q}u); ${multiplyAdd(i, parts, 'x')} }`),
    '}',
  ]),
])}
  }
  for (; k < params.k; k++) {
${block(4, [loadB('k'), range(rows).map((i) => `{ let x = ${a(i, 'k')}; ${multiplyAdd(i, parts, 'x')} }`)])}
  }
${block(2, rolledStores(rows, parts))}
}
`;
}

/** WGSL function that reads four elements of one k of an operand, zero beyond the part of K that the group sums. */
const quadLoader = (side, isRows, size, half) => {
  const body = isRows
    ? [
        `let at = z * params.${side}_batch + min(k, k_last - 1u);`,
        `let last = params.${size} - 1u;`,
        'let quad = vec4<f32>(',
        range(4).map((q) => `  ${side}[at + min(i + ${q}u, last) * params.${side}_lead]${q < 3 ? ',' : ''}`),
        ');',
      ]
    : [
        `let at = z * (params.${side}_batch / 4u) + min(k, k_last - 1u) * (params.${side}_lead / 4u);`,
        `let quad = ${quadOf(side, `at + min(i, params.${side}_lead - 1u) / 4u`, half)};`,
      ];
  return `fn load_${side}(z: u32, i: u32, k: u32, k_last: u32) -> vec4<f32> {
${block(2, body)}
  return select(vec4<f32>(0.0), quad, k < k_last);
}`;
};

/** Block tile of 64 x 64 through workgroup memory for real GPUs; 8 rows x 4 columns a lane, 128 lanes, optional split of K. */
function tile(name, kind, half = null) {
  const { aRows, bRows } = ORIENTATIONS[kind];
  const place = (side, isRows) => [
    `let ${side}_k = item ${isRows ? '%' : '/'} 16u;`,
    `let ${side}_quad = item ${isRows ? '/' : '%'} 16u;`,
    `${side}_tile[${side}_k * 17u + ${side}_quad] = load_${side}(z_in, ${side}_first + ${side}_quad * 4u, k + ${side}_k, k_last);`,
  ];
  const work = [
    'A group of 128 lanes holds 16 k of both operands, k-major (stride 17 to spread banks); a lane owns 8 rows x 4 columns.',
    'group.z = batch * splits + split: a split sums k_chunk of K and stores it as a matrix of its own (then alpha 1,',
    'epilogue 0, and matmul_finish adds them in order). Sums run in order of k.',
  ];
  const title = `C = alpha ${aRows ? 'A' : 'Aᵀ'} ${bRows ? 'Bᵀ' : 'B'} with an epilogue, block tiles of 64 x 64 in workgroup memory.`;
  const needs = [aRows ? '' : 'a_lead, a_batch', bRows ? '' : 'b_lead, b_batch', 'c_lead'].filter(Boolean).join(', ');
  return `${header(name, title, ORIENTATIONS[kind], work, `${needs} multiples of 4`, half)}
${declarations({ aVector: !aRows, bVector: !bRows, isSplit: true, half })}

var<workgroup> a_tile: array<vec4<f32>, 272>;
var<workgroup> b_tile: array<vec4<f32>, 272>;

${quadLoader('a', aRows, 'm', half)}

${quadLoader('b', bRows, 'n', half)}

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
${block(2, accumulators(8, 1))}
  for (var k = k_first; k < k_last; k += 16u) {
    for (var item = lane; item < 256u; item += 128u) {
${block(6, [...place('a', aRows), ...place('b', bRows)])}
    }
    workgroupBarrier();
    for (var q = 0u; q < 16u; q++) {
      let x0 = a_tile[q * 17u + (lane / 16u) * 2u];
      let x1 = a_tile[q * 17u + (lane / 16u) * 2u + 1u];
      let b0 = b_tile[q * 17u + lane % 16u];
${block(6, [range(8).map((i) => multiplyAdd(i, 1, `x${i >> 2}.${AXES[i & 3]}`))])}
    }
    workgroupBarrier();
  }
${block(2, [range(8).map((i) => `store(z, row + ${i}u, column, columns, s${i}_0);`)])}
}
`;
}

const files = [
  ['matmul_panel', (name) => panel(name, 16, 2)],
  ['matmul_panel_narrow', (name) => panel(name, 16, 1)],
  ['matmul_subgroup4_nn', (name) => subgroup(name, 'nn', 4, 16, 2)],
  ['matmul_subgroup4_tn', (name) => subgroup(name, 'tn', 4, 16, 2)],
  ...Object.keys(ORIENTATIONS).map((kind) => [`matmul_tile_${kind}`, (name) => tile(name, kind)]),
  // Gradients of weights read a saved activation k-major: the only products with an f16 operand.
  ...['a', 'b'].flatMap((half) => [
    [`matmul_panel_half_${half}`, (name) => panel(name, 16, 2, half)],
    [`matmul_panel_narrow_half_${half}`, (name) => panel(name, 16, 1, half)],
    [`matmul_tile_tn_half_${half}`, (name) => tile(name, 'tn', half)],
  ]),
];
mkdirSync(folder, { recursive: true });
for (const [name, write] of files) {
  const file = path.join(folder, `${name}.wgsl`);
  const text = write(name);
  if (text.split('\n').length > 200) throw new Error(`${name} is longer than 200 lines`);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${name}.wgsl is stale: run \`node scripts/matmulKernels.mjs\`.`);
    process.exitCode = 1;
  }
}
