/**
 * A picture drawn back from codes: deterministic reverse diffusion (DDIM with η = 0, Song et al. 2021) over a stride of the
 * schedule's steps, conditioned on what the image decoder makes of the codes. Shows what the codes kept.
 */
import { normalArray } from '../../base/random';
import type { CompiledStep, Engine } from '../../plan/engine';
import type { BatchArray } from '../../plan/program';
import type { Variables } from '../../plan/variables';
import { reshape } from '../../tensor/ops/views';
import { decodeMasks } from './decoders';
import { conditionSignal, denoise } from './diffusion';
import { type ModelSpec, utgrecCodes } from './model';
import { samplingSteps } from './noiseSchedule';

export interface SamplingOptions {
  /** Denoising steps, at most the schedule's. */
  readonly steps: number;
  readonly seed: number;
}

export class PictureSampler {
  readonly #conditions: CompiledStep;
  readonly #denoising: CompiledStep;

  /** Borrows engine and weights. */
  constructor(
    engine: Engine,
    variables: Variables,
    readonly model: ModelSpec,
  ) {
    const { config, sizes, schedule } = model;
    this.#conditions = engine.compile(variables, ({ params, batch }) => {
      const { u } = utgrecCodes(params, model, batch);
      const states = decodeMasks(params, 'imageDecoder', config.decoder, u, sizes.latents);
      const signal = conditionSignal(params, states);
      return { outputs: { conditions: reshape(signal, [-1, config.diffusion.width]) } };
    });
    this.#denoising = engine.compile(variables, ({ params, input }) => {
      const inputs = { noised: input('noised'), time: input('time'), condition: input('condition') };
      return { outputs: { noise: denoise(params, config.diffusion, schedule, inputs).noise } };
    });
  }

  /**
   * @param encoding the items' encoder arrays (BatchWriter `encoding`), `rows` of them
   * @returns latents f32 `[rows, P, c]`
   */
  async sample(
    encoding: Readonly<Record<string, BatchArray>>,
    rows: number,
    { steps, seed }: SamplingOptions,
  ): Promise<Float32Array<ArrayBuffer>> {
    const { sizes, schedule, config } = this.model;
    const places = rows * sizes.latents;
    const condition = Float32Array.from(await (await this.#conditions.run(encoding)).readFloats('conditions'));
    const x = normalArray(places * sizes.latentWidth, seed);
    const descending = samplingSteps(schedule, steps).reverse();
    for (const [at, t] of descending.entries()) {
      const time = new Uint32Array(places).fill(t);
      const program = await this.#denoising.run({
        noised: { data: x, shape: [places, sizes.latentWidth] },
        time: { data: time, shape: [places] },
        condition: { data: condition, shape: [places, config.diffusion.width] },
      });
      const noise = await program.readFloats('noise');
      const next = descending[at + 1];
      const current = schedule.alphaBar[t] as number;
      const before = next === undefined ? 1 : (schedule.alphaBar[next] as number);
      for (let i = 0; i < x.length; i++) {
        const start = ((x[i] as number) - Math.sqrt(1 - current) * (noise[i] as number)) / Math.sqrt(current);
        // Latents have a bound; without the cut the first steps' division by √ᾱ ≈ 0 runs away.
        const held = Math.min(sizes.latentBound, Math.max(-sizes.latentBound, start));
        const direction = ((x[i] as number) - Math.sqrt(current) * held) / Math.sqrt(1 - current);
        x[i] = Math.sqrt(before) * held + Math.sqrt(1 - before) * direction;
      }
    }
    return x;
  }

  async dispose(): Promise<void> {
    await this.#conditions.dispose();
    await this.#denoising.dispose();
  }
}
