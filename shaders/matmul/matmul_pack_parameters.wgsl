// matmul_pack_parameters: matmul_pack for many matrices of the parameter arena in one launch, at the start of a step.
//   x        [..] f32 in           the whole parameter arena
//   matrices [count, 7] u32 in     first element in x, size, K, quads = ceil(size / 4), stride of k, stride of i, first vec4 in y
//   tiles    [groups, 3] u32 in    matrix, tile along i, tile along k; one entry a group
//   y        [..] vec4 f32 out     each matrix as [K, quads], padded by zeros
// A group moves one tile of 32 x 32, its lanes 4 i and 32 / LANES_K k each, as in matmul_pack. No arithmetic.
override LANES_K: u32 = 8;

struct Params { groups: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> matrices: array<u32>;
@group(0) @binding(2) var<storage, read> tiles: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(8, LANES_K)
fn matmul_pack_parameters(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let tile = group.x + group.y * groups.x;
  if (tile >= params.groups) { return; }
  let m = tiles[tile * 3u] * 7u;
  let size = matrices[m + 1u];
  let depth = matrices[m + 2u];
  let quads = matrices[m + 3u];
  let x_k = matrices[m + 4u];
  let x_i = matrices[m + 5u];
  let quad_index = tiles[tile * 3u + 1u] * 8u + lane.x;
  if (quad_index >= quads) { return; }
  let i = quad_index * 4u;
  let first = matrices[m] + i * x_i;
  let inside = vec4<u32>(i, i + 1u, i + 2u, i + 3u) < vec4<u32>(size);
  for (var row = 0u; row < 32u / LANES_K; row++) {
    let k = tiles[tile * 3u + 2u] * 32u + lane.y * (32u / LANES_K) + row;
    if (k < depth) {
      let at_x = first + k * x_k;
      let quad = vec4<f32>(x[at_x], x[at_x + x_i], x[at_x + 2u * x_i], x[at_x + 3u * x_i]);
      y[matrices[m + 6u] + k * quads + quad_index] = select(vec4<f32>(0.0), quad, inside);
    }
  }
}
