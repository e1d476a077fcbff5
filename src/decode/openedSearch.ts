/**
 * One beam search opened up, for the Demo: the beams of every step with every child that was kept or pruned. It is read off
 * what the search kept and the logits it chose by, wherever it ran. Temperature changes what the search prefers (logits are
 * divided by it), the length penalty what its scores look like (divided by digitsᵖ; all identifiers are equally long, so the
 * order stays). Log-probabilities are always the model's own.
 */
import { ConfigError } from '../base/errors';
import type { SearchCandidate, SearchStep } from '../evaluate/beamTree';
import { NOTHING } from '../tensor/ops/beam';
import { type KeptBeams, tokensOfBeam } from './freeSearch';
import { logSumExp } from './reference';
import type { Trie } from './trie';

export interface InspectedSearch {
  readonly steps: readonly SearchStep[];
  /** Best first. `score` includes temperature and length penalty. */
  readonly results: readonly { readonly item: number; readonly logProbability: number; readonly score: number }[];
}

export interface SearchKnobs {
  /** 1 by default. */
  readonly temperature?: number;
  /** p of score / digitsᵖ; 0 by default. */
  readonly lengthPenalty?: number;
}

/** One user's search as it ran. */
export interface SearchRecord {
  readonly kept: readonly KeptBeams[];
  /** [beams, V] of each step, divided by the temperature as the search saw them. */
  readonly logits: readonly Float32Array[];
}

/** @throws ConfigError `demo/knobs` */
export function checkKnobs({ temperature = 1, lengthPenalty = 0 }: SearchKnobs): Required<SearchKnobs> {
  if (!(temperature > 0 && Number.isFinite(temperature) && Number.isFinite(lengthPenalty)))
    throw new ConfigError(
      'demo/knobs',
      `beam search: wanted a temperature above 0 and a finite length penalty, got ${temperature} and ${lengthPenalty}.`,
    );
  return { temperature, lengthPenalty };
}

interface OpenBeam {
  readonly node: number;
  readonly logProbability: number;
  readonly score: number;
}

/** @param vocabulary V, width of the logits' rows */
export function openSearch(
  trie: Trie,
  { kept, logits }: SearchRecord,
  vocabulary: number,
  knobs: SearchKnobs,
): InspectedSearch {
  const { temperature, lengthPenalty } = checkKnobs(knobs);
  const steps: SearchStep[] = [];
  let beams: OpenBeam[] = [{ node: 0, logProbability: 0, score: 0 }];
  kept.forEach((chosen, t) => {
    const tempered = logits[t] ?? new Float32Array();
    const grown = beams.map((beam, parent) => {
      const row = Float64Array.from(tempered.subarray(parent * vocabulary, (parent + 1) * vocabulary));
      return childrenOf(trie, beam, parent, { row, temperature });
    });
    const children = grown.flatMap((beam) => beam.children);
    const placeOf = new Map(
      Array.from(chosen.tokens, (token, place) => [`${chosen.parents[place]},${token}`, place] as const).reverse(),
    );
    const candidates = children.map(({ beam: _beam, ...candidate }) => ({
      ...candidate,
      place: placeOf.get(`${candidate.parent},${candidate.token}`) ?? null,
    }));
    steps.push({
      beams: beams.map((_, beam) => tokensOfBeam(kept.slice(0, t), 1, 0, beam)),
      candidates: candidates.sort((a, b) => b.score - a.score),
      impossible: grown.map(({ impossible }) => impossible),
      entropy: grown.map(({ entropy }) => entropy),
    });
    const next: OpenBeam[] = [];
    children.forEach(({ parent, token, beam }) => {
      const place = placeOf.get(`${parent},${token}`);
      if (place !== undefined) next[place] = beam;
    });
    beams = next;
  });
  const scale = trie.depth ** lengthPenalty;
  return {
    steps,
    results: beams.map(({ node, logProbability, score }) => ({
      item: trie.itemOfLeaf[node] ?? NOTHING,
      logProbability,
      score: score / scale,
    })),
  };
}

interface Grown {
  readonly children: readonly (Omit<SearchCandidate, 'place'> & { readonly beam: OpenBeam })[];
  readonly impossible: number;
  readonly entropy: number;
}

function childrenOf(
  trie: Trie,
  beam: OpenBeam,
  parent: number,
  { row, temperature }: { readonly row: Float64Array; readonly temperature: number },
): Grown {
  const own = row.map((logit) => logit * temperature);
  const [norm, ownNorm] = [logSumExp(row), logSumExp(own)];
  const start = trie.childStart[beam.node] as number;
  const allowed = new Set<number>();
  const children = Array.from({ length: trie.childCount[beam.node] as number }, (_, child) => {
    const token = trie.childToken[start + child] as number;
    allowed.add(token);
    const tokenLogProbability = (own[token] as number) - ownNorm;
    const logProbability = beam.logProbability + tokenLogProbability;
    const score = beam.score + (row[token] as number) - norm;
    const node = trie.childNode[start + child] as number;
    return { parent, token, tokenLogProbability, logProbability, score, beam: { node, logProbability, score } };
  });
  let impossible = 0;
  let entropy = 0;
  own.forEach((logit, token) => {
    const logProbability = logit - ownNorm;
    const probability = Math.exp(logProbability);
    if (!allowed.has(token)) impossible += probability;
    if (probability > 0) entropy -= probability * logProbability;
  });
  return { children, impossible, entropy };
}
