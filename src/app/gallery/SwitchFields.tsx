import { useId } from 'react';
import type { UtgrecConfig } from '../../worker/protocol';
import { isUtgrec } from '../config/system';
import { useDraft } from '../stores/draft';
import { DEFAULT_ONNX, OnnxVaeFields } from './OnnxVaeFields';

type Input = UtgrecConfig['tokenizer']['input'];

function withLatents(input: Input, latents: string): Input {
  if (latents === 'onnx') return { ...input, latents, onnx: input.onnx ?? DEFAULT_ONNX };
  return { ...input, latents: latents === 'vae' ? 'vae' : 'pixels' };
}

/** Switches of UTGRec's tokenizer: what is drawn of the pictures, the tree of codes, and the recipe's published details. */
export function SwitchFields() {
  const id = useId();
  const config = useDraft((draft) => draft.config);
  const change = useDraft((draft) => draft.change);
  if (!isUtgrec(config)) return null;
  const { input, training, quantiser } = config.tokenizer;
  const set = (part: Partial<UtgrecConfig['tokenizer']>): void =>
    change({ ...config, tokenizer: { ...config.tokenizer, ...part } });
  return (
    <fieldset>
      <legend>Switches</legend>
      <div className="field">
        <label
          htmlFor={id}
          title="Scaled pixels of a small square, the latents of an autoencoder that is trained on these pictures first, or those of one that you have as ONNX files"
        >
          Pictures are drawn as
        </label>
        <select
          id={id}
          value={input.latents ?? 'pixels'}
          disabled={input.imageSide === 0}
          onChange={({ target }) => set({ input: withLatents(input, target.value) })}
        >
          <option value="pixels">pixels</option>
          <option value="vae">latents of an autoencoder</option>
          <option value="onnx">latents of my own (ONNX)</option>
        </select>
      </div>
      {input.latents === 'onnx' && <OnnxVaeFields input={input} onChange={(next) => set({ input: next })} />}
      <label className="field is-check" title="Root codes first, then leaf codes that all later levels share">
        <span>Levels share a leaf book</span>
        <input
          type="checkbox"
          checked={quantiser.kind === 'tree'}
          onChange={({ target }) => set({ quantiser: { ...quantiser, kind: target.checked ? 'tree' : 'independent' } })}
        />
      </label>
      <label className="field is-check" title="Half of the pictures to reconstruct are mirrored, drawn anew every step">
        <span>Mirror pictures at random</span>
        <input
          type="checkbox"
          checked={training.hasFlips ?? false}
          onChange={({ target }) => set({ training: { ...training, hasFlips: target.checked } })}
        />
      </label>
      <label className="field is-check" title="Biases and gains of norms keep out of weight decay, as published">
        <span>Decay weights alone</span>
        <input
          type="checkbox"
          checked={training.decayOf === 'weights'}
          onChange={({ target }) => set({ training: { ...training, decayOf: target.checked ? 'weights' : 'all' } })}
        />
      </label>
    </fieldset>
  );
}
