/** Messages about the ONNX files of a picture autoencoder that the user brings for UTGRec's tokenizer. */
import type { VaeFacts } from '../../tokenizers/utgrec/onnxVae';

export type VaeRole = 'encoder' | 'decoder';

/** Takes a file after looking into it, or forgets the one it has. */
export interface PictureVaeRequest {
  readonly kind: 'pictureVae';
  readonly role: VaeRole;
  readonly file: File | null;
}

export interface PictureVaeReplies {
  /** Null where the file was forgotten. */
  readonly pictureVae: ChosenVae | null;
}

export interface ChosenVae extends VaeFacts {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}
