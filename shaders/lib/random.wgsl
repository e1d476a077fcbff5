// Counter-based random bits: a pure function of (seed, step, stream, element), so a backward pass recomputes a mask
// instead of storing it, and resuming repeats it. Two rounds of the lowbias32 finaliser (Wellons 2018) over the mixed words.
fn hash32(value: u32) -> u32 {
  var x = value;
  x ^= x >> 16u; x *= 0x7feb352du;
  x ^= x >> 15u; x *= 0x846ca68bu;
  x ^= x >> 16u;
  return x;
}

fn random_bits(seed: u32, step: u32, stream: u32, element: u32) -> u32 {
  let key = hash32(seed ^ hash32(step ^ hash32(stream + 0x9e3779b9u)));
  return hash32(key ^ hash32(element + 0x85ebca6bu));
}

// Uniform in [0, 1): the top 24 bits, exact in f32.
fn random_uniform(seed: u32, step: u32, stream: u32, element: u32) -> f32 {
  return f32(random_bits(seed, step, stream, element) >> 8u) * 5.9604644775390625e-8;
}
