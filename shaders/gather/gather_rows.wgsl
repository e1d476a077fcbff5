// gather_rows: y[i] = table[ids[i]], rows of any width.
//   table [rows, width]  f32 in
//   ids   [count]        u32 in
//   y     [count, width] f32 out
// One column (element) and RUN rows a lane in groups of COLUMNS x ROWS lanes: no division, neighbours read neighbouring
// columns. Rows of y fold over group y and z. An id outside the table gives zeros. The twin of gather_rows4 for widths that are no multiple of 4.
override COLUMNS: u32 = 16;
override ROWS: u32 = 4;
override RUN: u32 = 1;

struct Params { count: u32, width: u32, rows: u32 }

@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(COLUMNS, ROWS)
fn gather_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let column = group.x * COLUMNS + lane.x;
  if (column >= params.width) { return; }
  let first = (group.y + group.z * groups.y) * ROWS * RUN;
  let end = min(first + ROWS * RUN, params.count);
  for (var i = first + lane.y; i < end; i += ROWS) {
    let id = ids[i];
    var value = 0.0;
    if (id < params.rows) { value = table[id * params.width + column]; }
    y[i * params.width + column] = value;
  }
}
