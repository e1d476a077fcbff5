/** How a training step keeps what its backward pass reads again (plan/savedHalves.ts, ADR 10). */
export const STORAGES = ['f32', 'f16'] as const;
export type Storage = (typeof STORAGES)[number];
