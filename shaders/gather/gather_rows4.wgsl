// gather_rows4: y[i] = table[ids[i]] for rows of width / 4 vectors.
//   table [rows, width / 4]  vec4 f32 in
//   ids   [count]            u32 in
//   y     [count, width / 4] vec4 f32 out
// One column (vector) and RUN rows a lane in groups of COLUMNS x ROWS lanes: no division, neighbours read neighbouring
// columns. Rows of y fold over group y and z. An id outside the table gives zeros. `width` in Params counts vectors.
override COLUMNS: u32 = 16;
override ROWS: u32 = 4;
override RUN: u32 = 1;

struct Params { count: u32, width: u32, rows: u32 }

@group(0) @binding(0) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(COLUMNS, ROWS)
fn gather_rows4(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let column = group.x * COLUMNS + lane.x;
  if (column >= params.width) { return; }
  let first = (group.y + group.z * groups.y) * ROWS * RUN;
  let end = min(first + ROWS * RUN, params.count);
  for (var i = first + lane.y; i < end; i += ROWS) {
    let id = ids[i];
    var value = vec4<f32>();
    if (id < params.rows) { value = table[id * params.width + column]; }
    y[i * params.width + column] = value;
  }
}
