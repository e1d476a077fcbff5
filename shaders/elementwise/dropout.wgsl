// dropout: y = x / (1 - rate) where the element is kept, else 0 (Srivastava et al. 2014, scaled in training).
//   x     [count] f32 in
//   state [16]    u32 in    step in 0, seed in 1
//   y     [count] f32 out
// An element is kept if its 32 random bits, a pure function of (seed, step, stream, element), are not below `threshold`
// = rate 2^32: the backward pass runs the same kernel on the gradient. RUN elements a lane share the key's hashing.
// include: lib/linear_index.wgsl
// include: lib/random.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;

struct Params { count: u32, stream: u32, threshold: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn dropout(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, params.count);
  let step = state[0];
  let seed = state[1];
  for (var i = first + lane; i < end; i += LANES) {
    y[i] = select(0.0, x[i] * params.scale, random_bits(seed, step, params.stream, i) >= params.threshold);
  }
}
