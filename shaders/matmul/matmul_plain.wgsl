// matmul_plain: C = alpha op(A) op(B) with an epilogue; the reference twin of the generated family, any size, any stride.
//   a   [batch, M, K] f32 in    read at a_batch, a_row, a_column strides, so a transpose is a stride
//   b   [batch, K, N] f32 in    likewise
//   aux [..]          f32 in    EPILOGUE 2 and 3: [batch, M, N]; 4 and 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   row-major without gaps
// EPILOGUE: 0 none, 1 relu(c), 2 c + aux, 3 c where aux > 0 else 0, 4 c + aux[n], 5 relu(c + aux[n]).
// One output a lane, groups of 8 x 8; the sum runs in order of k.
override EPILOGUE: u32 = 0;

struct Params {
  m: u32, n: u32, k: u32, alpha: f32,
  a_batch: u32, a_row: u32, a_column: u32,
  b_batch: u32, b_row: u32, b_column: u32
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> aux: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn matmul_plain(@builtin(global_invocation_id) at: vec3<u32>) {
  if (at.x >= params.n || at.y >= params.m) { return; }
  let a_first = at.z * params.a_batch + at.y * params.a_row;
  let b_first = at.z * params.b_batch + at.x * params.b_column;
  var total = 0.0;
  for (var k = 0u; k < params.k; k++) { total += a[a_first + k * params.a_column] * b[b_first + k * params.b_row]; }
  let i = (at.z * params.m + at.y) * params.n + at.x;
  var value = total * params.alpha;
  switch EPILOGUE {
    case 1u: { value = max(value, 0.0); }
    case 2u: { value += aux[i]; }
    case 3u: { value = select(0.0, value, aux[i] > 0.0); }
    case 4u: { value += aux[at.x]; }
    case 5u: { value = max(value + aux[at.x], 0.0); }
    default: {}
  }
  c[i] = value;
}
