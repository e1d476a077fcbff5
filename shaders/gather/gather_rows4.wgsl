// gather_rows4: y[i] = table[ids[i]] for rows of width / 4 vectors.
//   table [rows, width / 4]  vec4 f32 in
//   ids   [count]            u32 in
//   y     [count, width / 4] vec4 f32 out
// One vector a lane in groups of COLUMNS x ROWS: no division, neighbours read neighbouring columns. Rows of y fold over
// group y and z. An id outside the table gives zeros. `width` in Params counts vectors.
override COLUMNS: u32 = 16;
override ROWS: u32 = 4;

struct Params { count: u32, width: u32, rows: u32 }

@group(0) @binding(0) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(COLUMNS, ROWS)
fn gather_rows4(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let column = group.x * COLUMNS + lane.x;
  let i = (group.y + group.z * groups.y) * ROWS + lane.y;
  if (column >= params.width || i >= params.count) { return; }
  let id = ids[i];
  var value = vec4<f32>();
  if (id < params.rows) { value = table[id * params.width + column]; }
  y[i * params.width + column] = value;
}
