// scatter_touched: y[v] = sum of grad[i] over all positions i with ids[i] = v, for the rows that have one; others are left alone.
//   grad    [count, width]  f32 in
//   ids     [count]         u32 in
//   order   [count]         u32 in    positions sorted by id, ascending within one id
//   starts  [rows + 1]      u32 in    first place of each row in order
//   partial [chunks, width] f32 in   sums of chunks of CHUNK places that belong to one row (scatter_chunks)
//   y       [rows, width]   f32 out  zeroed before the launch
// The twin of scatter_rows for tables with more rows than ids, with the same order of sums. One column (element) and RUN
// places a lane in groups of COLUMNS x ROWS lanes, folded over group y and z; the first place of a row sums the row.
// Row `frozen` and ids outside the table are passed over. `width` counts elements.
override COLUMNS: u32 = 16;
override ROWS: u32 = 4;
override RUN: u32 = 1;
override CHUNK: u32 = 32;
override HAS_CHUNKS: bool = true;

struct Params { count: u32, width: u32, rows: u32, frozen: u32 }

@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read> partial: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(COLUMNS, ROWS)
fn scatter_touched(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let column = group.x * COLUMNS + lane.x;
  if (column >= params.width) { return; }
  let begin = (group.y + group.z * groups.y) * ROWS * RUN;
  let last = min(begin + ROWS * RUN, params.count);
  for (var first = begin + lane.y; first < last; first += ROWS) {
    let row = ids[order[first]];
    if (row >= params.rows || row == params.frozen || starts[row] != first) { continue; }
    var total = f32();
    var place = first;
    let end = starts[row + 1u];
    while (place < end) {
      if (HAS_CHUNKS && place % CHUNK == 0u && place + CHUNK <= end) {
        total += partial[(place / CHUNK) * params.width + column];
        place += CHUNK;
      } else {
        total += grad[order[place] * params.width + column];
        place++;
      }
    }
    y[row * params.width + column] = total;
  }
}
