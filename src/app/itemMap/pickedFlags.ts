/** What the map marks of the selection. */
import type { ItemMapReply } from '../../worker/protocol/codebooks';

/** 1 for picked items; where none are, for those whose identifier begins with the picked codes. */
export function pickedFlags(
  { x, codes: own, levels }: Pick<ItemMapReply, 'x' | 'codes' | 'levels'>,
  items: readonly number[],
  codes: readonly number[],
): Uint8Array {
  const flags = new Uint8Array(x.length);
  for (const item of items) if (item < flags.length) flags[item] = 1;
  if (items.length > 0 || codes.length === 0) return flags;
  // A picked identifier may be longer than the codes before conflicts were resolved.
  const prefix = codes.slice(0, levels);
  return flags.map((_, item) => Number(prefix.every((code, level) => own[item * levels + level] === code)));
}
