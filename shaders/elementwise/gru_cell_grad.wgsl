// gru_cell_grad: gradients of gru_cell for both products and the previous state.
//   from_h      [rows, 3 width] f32 in    recurrent products (only the last third is read)
//   h           [rows, width]   f32 in    previous state
//   gates       [rows, 3 width] f32 in    r | z | n
//   grad        [rows, width]   f32 in    gradient of the next state
//   grad_x      [rows, 3 width] f32 out
//   grad_h      [rows, 3 width] f32 out   differs from grad_x in the last third, by the factor r
//   grad_before [rows, width]   f32 out   the direct path, grad z
// One unit a lane in groups of COLUMNS x ROWS, rows folded over group y and z.
override COLUMNS: u32 = 16;
override ROWS: u32 = 4;

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> from_h: array<f32>;
@group(0) @binding(1) var<storage, read> h: array<f32>;
@group(0) @binding(2) var<storage, read> gates: array<f32>;
@group(0) @binding(3) var<storage, read> grad: array<f32>;
@group(0) @binding(4) var<storage, read_write> grad_x: array<f32>;
@group(0) @binding(5) var<storage, read_write> grad_h: array<f32>;
@group(0) @binding(6) var<storage, read_write> grad_before: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(COLUMNS, ROWS)
fn gru_cell_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let column = group.x * COLUMNS + lane.x;
  let row = (group.y + group.z * groups.y) * ROWS + lane.y;
  if (column >= params.width || row >= params.rows) { return; }
  let reset = row * 3u * params.width + column;
  let update = reset + params.width;
  let fresh = update + params.width;
  let i = row * params.width + column;
  let r = gates[reset];
  let z = gates[update];
  let n = gates[fresh];
  let g = grad[i];
  let dz = g * (h[i] - n) * z * (1.0 - z);
  let dn = g * (1.0 - z) * (1.0 - n * n);
  let dr = dn * from_h[fresh] * r * (1.0 - r);
  grad_x[reset] = dr;
  grad_x[update] = dz;
  grad_x[fresh] = dn;
  grad_h[reset] = dr;
  grad_h[update] = dz;
  grad_h[fresh] = dn * r;
  grad_before[i] = g * z;
}
