/** Ways through a beam search: codes of prefixes, the beams that led to an item, the fate of the true next item. */
import type { BeamTree } from '../../evaluate/beamTree';
import type { BeamReply } from '../../worker/protocol';

export const codeOf = ({ firstTokens }: Pick<BeamReply, 'firstTokens'>, digit: number, token: number): number =>
  token - (firstTokens[digit] ?? 0);

/** "12 · 7 · 255" */
export const prefixCodes = (reply: BeamReply, tokens: readonly number[]): string =>
  tokens.map((token, digit) => codeOf(reply, digit, token)).join(' · ');

/** Places of the kept prefixes on the way to a leaf, from the first step on. */
export function pathOf({ steps }: Pick<BeamTree, 'steps'>, place: number): number[] {
  const path: number[] = [];
  let at = place;
  for (let t = steps.length - 1; t >= 0; t--) {
    path.unshift(at);
    at = steps[t]?.nodes[at]?.parent ?? 0;
  }
  return path;
}

/** Places of the kept prefixes of the true next item, until it was lost. */
export function targetPlaces({ steps, target }: BeamTree): number[] {
  const places: number[] = [];
  let parent = 0;
  for (const [t, token] of (target?.tokens ?? []).entries()) {
    const place = steps[t]?.nodes.findIndex((node) => node.parent === parent && node.token === token) ?? -1;
    if (place < 0) break;
    places.push(place);
    parent = place;
  }
  return places;
}

/** The best item below a kept prefix; null if the search dropped all of them later. */
export function leafBelow({ tree, leaves }: BeamReply, step: number, place: number): number | null {
  const leaf = leaves.findIndex((_, at) => pathOf(tree, at)[step] === place);
  return leaf < 0 ? null : leaf;
}
