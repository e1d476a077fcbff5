/** A beam search on the GPU whose every step is read back and opened up (decode/openedSearch), for the Demo. */
import { checkKnobs, type InspectedSearch, openSearch, type SearchKnobs } from '../../decode/openedSearch';
import { buildTrie, type Trie } from '../../decode/trie';
import type { CompiledStep, Engine } from '../../plan/engine';
import type { Tensor } from '../../tensor/graph';
import { encodeHistories, type TokenSource } from './batch';
import { type GeneratorModel, pathOutputs, readPaths, traceGeneration } from './generator';

export interface InspectorOptions {
  readonly beamWidth: number;
  readonly historyLimit: number;
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
    const { temperature } = checkKnobs(knobs);
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
    return openSearch(this.trie, { kept, logits }, this.source.vocabulary.size, knobs);
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }
}
