// influence_direction: the step AdamW would take along a mean gradient, as MTGRec preconditions it:
//   direction = (beta1 m + (1 - beta1) G) / sqrt(beta2 v + (1 - beta2) G^2 + eps)
//   gradient  [count] f32 in      G
//   moment1   [count] f32 in      m, left as it is
//   moment2   [count] f32 in      v, left as it is
//   direction [count] f32 out
// eps stands inside the root; no bias correction, no decay (unlike adamw.wgsl). One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, beta1: f32, beta2: f32, eps: f32 }

@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read> moment1: array<f32>;
@group(0) @binding(2) var<storage, read> moment2: array<f32>;
@group(0) @binding(3) var<storage, read_write> direction: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn influence_direction(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let g = gradient[i];
  let m = params.beta1 * moment1[i] + (1.0 - params.beta1) * g;
  let v = params.beta2 * moment2[i] + (1.0 - params.beta2) * g * g;
  direction[i] = m / sqrt(v + params.eps);
}
