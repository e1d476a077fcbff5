// Running arg-min of four rows at a time, for the tiled nearest-code kernels. `consider` takes one candidate
// code for four rows; strictly smaller wins, so within a lane, which meets its codes in ascending order, the smaller index keeps a tie.
const FARTHEST: f32 = 3.4028234663852886e38; // largest f32; constants cannot be infinite

struct Best { distance: vec4<f32>, code: vec4<u32> }

fn consider(held: Best, distance: vec4<f32>, code: u32, codes: u32) -> Best {
  let wins = (distance < held.distance) & vec4<bool>(code < codes);
  return Best(select(held.distance, distance, wins), select(held.code, vec4<u32>(code), wins));
}
