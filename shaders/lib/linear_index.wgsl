// Flat invocation index of a one-dimensional dispatch that may be folded over x and y (65,535 groups an axis).
fn linear_index(group: vec3<u32>, groups: vec3<u32>, lane: u32, lanes: u32) -> u32 {
  return (group.x + group.y * groups.x) * lanes + lane;
}
