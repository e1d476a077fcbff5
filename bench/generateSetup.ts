/**
 * W6-generate: recommendations for 64 users by beam search of width 50 within the trie of 10,000 items of 4 codes, with the
 * model of W4. Catalogue, histories and weights come from fixed seeds, so that engines that search the same find the same.
 */
import { uniformGenerator } from '../src/base/random';
import { beamSearchReference } from '../src/decode/reference';
import { buildTrie } from '../src/decode/trie';
import { identifierTokens, identifierVocabulary, PADDING_TOKEN } from '../src/recommenders/identifierVocabulary';
import { fillInputRow, inputLength, type TokenSource } from '../src/recommenders/t5/batch';
import { t5ParameterShapes } from '../src/recommenders/t5/config';
import type { Generated } from '../src/recommenders/t5/generator';
import type { PortableT5 } from '../src/recommenders/t5/huggingFace';
import { t5Reference } from '../src/recommenders/t5/reference';
import { BENCH_T5, libraryWeights } from './t5Model';

export const SEARCH = { users: 64, beamWidth: 50, items: 10_000, history: 14 } as const;
const LEVELS = 3;
const CODES = 256;

/** 14 items of 4 tokens, a user and an end token: 58 positions of the 60 that W4 has. */
export interface SearchTask {
  readonly model: PortableT5;
  readonly source: TokenSource;
  readonly histories: readonly Uint32Array[];
}

export function searchTask(): SearchTask {
  const vocabulary = identifierVocabulary(LEVELS, CODES);
  const uniform = uniformGenerator(31);
  const digits = new Map<string, readonly number[]>();
  while (digits.size < SEARCH.items) {
    // The last digit tells apart the few items that share the other three.
    const drawn = [...Array.from({ length: LEVELS }, () => Math.floor(uniform() * CODES)), Math.floor(uniform() * 4)];
    digits.set(drawn.join(), drawn);
  }
  const source = { vocabulary, tokens: identifierTokens(vocabulary, [...digits.values()].flat()) };
  const histories = Array.from({ length: SEARCH.users }, () =>
    Uint32Array.from({ length: SEARCH.history }, () => Math.floor(uniform() * SEARCH.items)),
  );
  return { model: { t5: BENCH_T5, parameters: libraryWeights() }, source, histories };
}

/** Says how the first user's results compare with the float64 reference: items in order, scores. */
export function searchCheck({ model, source, histories }: SearchTask, found: Generated | undefined): string {
  const shapes = t5ParameterShapes(model.t5);
  const parameters = new Map(
    [...model.parameters].map(([name, data]) => [name, { shape: shapes.get(name) ?? [], data }] as const),
  );
  const reference = t5Reference(model.t5, parameters);
  const [history = new Uint32Array()] = histories;
  const tokens = new Uint32Array(inputLength(source.vocabulary, history.length));
  fillInputRow(tokens, history, source);
  const mask = new Uint8Array(tokens.length).fill(1);
  const encoded = reference.encode(tokens, mask);
  const trie = buildTrie(source.tokens, source.vocabulary.digits);
  const wanted = beamSearchReference(trie, SEARCH.beamWidth, (prefix) => {
    const logits = reference.decode([PADDING_TOKEN, ...prefix], encoded, mask);
    return logits.subarray(prefix.length * model.t5.vocabularySize);
  });
  const same = wanted.items.filter((item, rank) => item === found?.items[rank]).length;
  const off = Math.max(...wanted.scores.map((score, rank) => Math.abs(score - (found?.scores[rank] ?? Number.NaN))));
  return `items ${same}/${SEARCH.beamWidth}, score maxerr ${off.toExponential(1)}`;
}
