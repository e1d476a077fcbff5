// scatter_chunks: sums of the aligned chunks of sorted places that lie within one row, for scatter_rows.
//   grad    [count, width]  f32 in
//   ids     [count]         u32 in
//   order   [count]         u32 in    positions sorted by id, ascending within one id
//   partial [chunks, width] f32 out  chunks that mix rows are left as they are; nobody reads them
// One element a lane in groups of COLUMNS x ROWS (chunks folded over group y and z); the sum runs in ascending place.
override COLUMNS: u32 = 16;
override ROWS: u32 = 4;
override CHUNK: u32 = 32;

struct Params { width: u32, chunks: u32 }

@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(COLUMNS, ROWS)
fn scatter_chunks(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let column = group.x * COLUMNS + lane.x;
  let chunk = (group.y + group.z * groups.y) * ROWS + lane.y;
  if (column >= params.width || chunk >= params.chunks) { return; }
  let first = chunk * CHUNK;
  if (ids[order[first]] != ids[order[first + CHUNK - 1u]]) { return; }
  var total = f32();
  for (var place = first; place < first + CHUNK; place++) { total += grad[order[place] * params.width + column]; }
  partial[chunk * params.width + column] = total;
}
