import { useId, useState } from 'react';
import type { ChosenVae, ErrorReport, UtgrecConfig, VaeRole } from '../../worker/protocol';
import { formatSize } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';

type Input = UtgrecConfig['tokenizer']['input'];

/** 0.2325 brings the latents of MAR's KL-VAE, which the published tokenizer draws, to a deviation of about 1. */
export const DEFAULT_ONNX = { encoder: '', scale: 0.2325, hasMoments: true };

interface OnnxVaeFieldsProps {
  readonly input: Input;
  readonly onChange: (input: Input) => void;
}

/** A picture autoencoder of the user's as ONNX files: the encoder for training, the decoder for the gallery. */
export function OnnxVaeFields({ input, onChange }: OnnxVaeFieldsProps) {
  const id = useId();
  const onnx = input.onnx ?? DEFAULT_ONNX;
  return (
    <>
      <VaeFileField
        part="encoder"
        label="Encoder (.onnx)"
        note={onnx.encoder === '' ? 'none chosen' : `SHA-256 ${onnx.encoder.slice(0, 12)}…`}
        onChosen={(vae) => vae && onChange(withEncoder(input, vae))}
      />
      <VaeFileField part="decoder" label="Decoder (.onnx)" note="only the gallery needs it" onChosen={() => {}} />
      <div className="field">
        <label htmlFor={id} title="Latents are the encoder’s times this; 0.2325 for MAR’s KL-VAE">
          Scale of latents
        </label>
        <input
          id={id}
          type="number"
          step="any"
          min="0"
          value={onnx.scale}
          onChange={({ target }) => {
            if (target.valueAsNumber > 0) onChange({ ...input, onnx: { ...onnx, scale: target.valueAsNumber } });
          }}
        />
      </div>
      <label className="field is-check" title="The encoder gives mean and log-variance side by side; the mean counts">
        <span>Output holds mean and variance</span>
        <input
          type="checkbox"
          checked={onnx.hasMoments}
          onChange={({ target }) => onChange({ ...input, onnx: { ...onnx, hasMoments: target.checked } })}
        />
      </label>
    </>
  );
}

/** The sides that the file names become the configuration's: it was made for them. */
export function withEncoder(input: Input, { sha256, side, latentSide }: ChosenVae): Input {
  const latentPixels = side ?? input.latentSide;
  return {
    ...input,
    onnx: { ...(input.onnx ?? DEFAULT_ONNX), encoder: sha256 },
    latentSide: latentPixels,
    latentPatch: latentSide === null ? input.latentPatch : latentPixels / latentSide,
    // Pictures are read at a multiple of the side that is drawn, and cut into the encoder's patches.
    imageSide: input.imageSide % latentPixels === 0 ? input.imageSide : latentPixels,
    patch: input.imageSide % latentPixels === 0 ? input.patch : largestPatch(latentPixels, input.patch),
  };
}

/** The largest divisor of a side that is not above `most`. */
function largestPatch(side: number, most: number): number {
  for (let patch = Math.min(most, side); patch > 1; patch--) if (side % patch === 0) return patch;
  return 1;
}

interface VaeFileFieldProps {
  readonly part: VaeRole;
  readonly label: string;
  readonly note: string;
  readonly onChosen: (vae: ChosenVae | null) => void;
}

function VaeFileField({ part, label, note, onChosen }: VaeFileFieldProps) {
  const id = useId();
  const session = useSession();
  const [chosen, setChosen] = useState<ChosenVae | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const [isBusy, setBusy] = useState(false);
  const take = async (file: File): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const vae = await session.ask({ kind: 'pictureVae', role: part, file });
      setChosen(vae);
      onChosen(vae);
    } catch (problem) {
      setError(reportOf(problem));
    }
    setBusy(false);
  };
  return (
    <>
      <div className="field">
        <span>{label}</span>
        <input
          id={id}
          className="visually-hidden"
          type="file"
          accept=".onnx"
          aria-label={label}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) void take(file);
            event.target.value = '';
          }}
        />
        <label htmlFor={id} className="button is-small">
          {chosen ? 'Another file' : 'Choose a file'}
        </label>
      </div>
      <p className="field-note" role="status">
        {isBusy ? 'Looking into the file …' : chosen ? factsOf(chosen) : note}
      </p>
      {error && <ErrorNote title={`This file is no ${part}`} error={error} />}
    </>
  );
}

const factsOf = ({ name, sizeBytes, input, output }: ChosenVae): string =>
  `${name}, ${formatSize(sizeBytes)}: ${input} → ${output}`;
