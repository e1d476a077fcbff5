/**
 * One search opened up, for the Demo: the beams of every step with every child that was kept or pruned. Temperature changes what
 * the search prefers (logits are divided by it), the length penalty what its scores look like (divided by digitsᵖ; all
 * identifiers are equally long, so the order stays). Evaluation uses neither. Log-probabilities are always the model's own.
 */
import { ConfigError } from '../../base/errors';
import { type KeptBeams, tokensOfBeam } from '../../decode/freeSearch';
import { logSumExp } from '../../decode/reference';
import { buildTrie, type Trie } from '../../decode/trie';
import type { CompiledStep, Engine } from '../../plan/engine';
import type { Tensor } from '../../tensor/graph';
import { NOTHING } from '../../tensor/ops/beam';
import { encodeHistories, type TokenSource } from './batch';
import { type GeneratorModel, pathOutputs, readPaths, traceGeneration } from './generator';

/** A child of a beam: a token that some item has after the beam's tokens. */
export interface Candidate {
  /** Beam of the step that it extends, and the token that it adds. */
  readonly parent: number;
  readonly token: number;
  /** The model's log p of the token after its prefix, and of all tokens so far. */
  readonly tokenLogProbability: number;
  readonly logProbability: number;
  /** What the search ranks by: as `logProbability`, with the temperature. */
  readonly score: number;
  /** Place among the beams of the next step; null if it was pruned. */
  readonly place: number | null;
}

export interface InspectedStep {
  /** Tokens of the beams that the step begins with, best first. */
  readonly beams: readonly (readonly number[])[];
  /** All children of all beams, best score first. */
  readonly candidates: readonly Candidate[];
}

export interface InspectedSearch {
  readonly steps: readonly InspectedStep[];
  /** Best first. `score` includes temperature and length penalty. */
  readonly results: readonly { readonly item: number; readonly logProbability: number; readonly score: number }[];
}

export interface InspectorOptions {
  readonly beamWidth: number;
  readonly historyLimit: number;
}

export interface SearchKnobs {
  /** 1 by default. */
  readonly temperature?: number;
  /** p of score / digitsᵖ; 0 by default. */
  readonly lengthPenalty?: number;
}

interface OpenBeam {
  readonly node: number;
  readonly logProbability: number;
  readonly score: number;
}

export class BeamInspector {
  readonly trie: Trie;
  readonly #step: CompiledStep;

  /** Borrows everything. @throws as `T5Generator` */
  constructor(
    engine: Engine,
    model: GeneratorModel,
    readonly source: TokenSource,
    readonly options: InspectorOptions,
  ) {
    this.trie = buildTrie(source.tokens, source.vocabulary.digits);
    this.#step = engine.compile(model.variables, ({ params, batch }) => {
      const inputs = {
        tokens: batch['tokens'] as Tensor,
        mask: batch['mask'] as Tensor,
        inverseTemperature: batch['inverseTemperature'] as Tensor,
      };
      const { steps } = traceGeneration({ config: model.t5, params }, inputs, this.trie, options);
      const logits = Object.fromEntries(steps.map((step, t) => [`logits${t}`, step.logits]));
      return { outputs: { ...pathOutputs(steps), ...logits } };
    });
  }

  /** @throws ConfigError `demo/knobs` */
  async inspect(history: ArrayLike<number>, knobs: SearchKnobs = {}): Promise<InspectedSearch> {
    const { temperature = 1, lengthPenalty = 0 } = knobs;
    if (!(temperature > 0 && Number.isFinite(temperature) && Number.isFinite(lengthPenalty)))
      throw new ConfigError(
        'demo/knobs',
        `beam search: wanted a temperature above 0 and a finite length penalty, got ${temperature} and ${lengthPenalty}.`,
      );
    const inputs = encodeHistories([history], 1, this.options.historyLimit, this.source);
    const shape = [1, inputs.length];
    const program = await this.#step.run({
      tokens: { data: inputs.tokens, shape },
      mask: { data: inputs.mask, shape },
      inverseTemperature: { data: Float32Array.of(1 / temperature), shape: [1] },
    });
    const kept = await readPaths(program, this.trie.depth);
    const logits: Float32Array[] = [];
    for (let t = 0; t < kept.length; t++) logits.push(await program.readFloats(`logits${t}`));
    return this.#opened(kept, logits, temperature, lengthPenalty);
  }

  #opened(
    kept: readonly KeptBeams[],
    logits: readonly Float32Array[],
    temperature: number,
    lengthPenalty: number,
  ): InspectedSearch {
    const steps: InspectedStep[] = [];
    let beams: OpenBeam[] = [{ node: 0, logProbability: 0, score: 0 }];
    kept.forEach((chosen, t) => {
      const tempered = logits[t] ?? new Float32Array();
      const children = beams.flatMap((beam, parent) => {
        const { size: width } = this.source.vocabulary;
        const row = Float64Array.from(tempered.subarray(parent * width, (parent + 1) * width));
        return childrenOf(this.trie, beam, parent, { row, temperature });
      });
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
      });
      const next: OpenBeam[] = [];
      children.forEach(({ parent, token, beam }) => {
        const place = placeOf.get(`${parent},${token}`);
        if (place !== undefined) next[place] = beam;
      });
      beams = next;
    });
    const scale = this.trie.depth ** lengthPenalty;
    return {
      steps,
      results: beams.map(({ node, logProbability, score }) => ({
        item: this.trie.itemOfLeaf[node] ?? NOTHING,
        logProbability,
        score: score / scale,
      })),
    };
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }
}

function childrenOf(
  trie: Trie,
  beam: OpenBeam,
  parent: number,
  { row, temperature }: { readonly row: Float64Array; readonly temperature: number },
): (Omit<Candidate, 'place'> & { readonly beam: OpenBeam })[] {
  const own = row.map((logit) => logit * temperature);
  const [norm, ownNorm] = [logSumExp(row), logSumExp(own)];
  const start = trie.childStart[beam.node] as number;
  return Array.from({ length: trie.childCount[beam.node] as number }, (_, child) => {
    const token = trie.childToken[start + child] as number;
    const tokenLogProbability = (own[token] as number) - ownNorm;
    const logProbability = beam.logProbability + tokenLogProbability;
    const score = beam.score + (row[token] as number) - norm;
    const node = trie.childNode[start + child] as number;
    return { parent, token, tokenLogProbability, logProbability, score, beam: { node, logProbability, score } };
  });
}
