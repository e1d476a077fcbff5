// What the attention kernels share: masks, safe exponentials, dropout. The including kernel includes lib/random.wgsl and
// declares bias [H, Tq, Tk] and params with queries, keys, scale, dropout_rate and flags.

// Bits of params.flags. Uniforms and no overrides: compiling one pipeline costs more than the branches of all steps.
const BIAS: u32 = 1u;
const MASK: u32 = 2u;
const CAUSAL: u32 = 4u;

// Stands for "not allowed" in place of -infinity: the most negative finite f32.
const MASKED: f32 = -3.4028234663852886e38;
// A row whose log-sum-exp is below this had no allowed key; real scores are far above it.
const ALL_MASKED: f32 = -1.0e37;

// exp for arguments of at most 0, exactly 0 far below it (some adapters clamp instead, or overflow on the way there).
fn exp_below(x: vec4<f32>) -> vec4<f32> {
  return select(exp(max(x, vec4<f32>(-100.0))), vec4<f32>(0.0), x < vec4<f32>(-100.0));
}

// Scaled, biased and masked scores of one query against four keys.
fn finished(product: vec4<f32>, head: u32, query: u32, key: vec4<u32>, allowed: vec4<bool>) -> vec4<f32> {
  var score = product * params.scale;
  if ((params.flags & BIAS) != 0u) {
    let b = (head * params.queries + query) * params.keys + key;
    score += vec4<f32>(bias[b.x], bias[b.y], bias[b.z], bias[b.w]);
  }
  score = select(vec4<f32>(MASKED), score, allowed);
  if ((params.flags & CAUSAL) != 0u) { score = select(score, vec4<f32>(MASKED), key > vec4<u32>(query)); }
  return score;
}

// 1 / (1 - rate) for weights that stay, 0 for dropped ones; `element` counts [B, H, Tq, Tk], so that the backward pass
// asks again and gets the same answer.
fn keep_factors(seed: u32, step: u32, stream: u32, element: vec4<u32>) -> vec4<f32> {
  let draw = vec4<f32>(
    random_uniform(seed, step, stream, element.x), random_uniform(seed, step, stream, element.y),
    random_uniform(seed, step, stream, element.z), random_uniform(seed, step, stream, element.w));
  return select(vec4<f32>(0.0), vec4<f32>(1.0 / (1.0 - params.dropout_rate)), draw >= vec4<f32>(params.dropout_rate));
}
