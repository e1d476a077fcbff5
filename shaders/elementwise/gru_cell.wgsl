// gru_cell: one step of a gated recurrent unit after both products (reset applied to the recurrent product, as in cuDNN).
//   from_x [rows, 3 width] f32 in    input products, reset | update | new
//   from_h [rows, 3 width] f32 in    recurrent products, likewise
//   h      [rows, width]   f32 in    previous state
//   next   [rows, width]   f32 out   (1 - z) n + z h
//   gates  [rows, 3 width] f32 out   r | z | n, kept for the gradient
// r = sigmoid(x_r + h_r), z = sigmoid(x_z + h_z), n = tanh(x_n + r h_n). One unit a lane in groups of COLUMNS x ROWS, rows
// folded over group y and z.
// include: lib/functions.wgsl
override COLUMNS: u32 = 16;
override ROWS: u32 = 4;

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> from_x: array<f32>;
@group(0) @binding(1) var<storage, read> from_h: array<f32>;
@group(0) @binding(2) var<storage, read> h: array<f32>;
@group(0) @binding(3) var<storage, read_write> next: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(COLUMNS, ROWS)
fn gru_cell(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let column = group.x * COLUMNS + lane.x;
  let row = (group.y + group.z * groups.y) * ROWS + lane.y;
  if (column >= params.width || row >= params.rows) { return; }
  let reset = row * 3u * params.width + column;
  let update = reset + params.width;
  let fresh = update + params.width;
  let i = row * params.width + column;
  let r = sigmoid_f32(from_x[reset] + from_h[reset]);
  let z = sigmoid_f32(from_x[update] + from_h[update]);
  let n = tanh_f32(from_x[fresh] + r * from_h[fresh]);
  gates[reset] = r;
  gates[update] = z;
  gates[fresh] = n;
  next[i] = (1.0 - z) * n + z * h[i];
}
