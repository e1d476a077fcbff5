/** The user's picture autoencoder: files are looked into when they are chosen and held while the page is open. */
import { FormatError } from '../base/errors';
import { sha256Hex } from '../base/sha256';
import { inspectVaeFile, MOST_FILE_BYTES } from '../tokenizers/utgrec/onnxVae';
import { NO_VAE_FILES, type VaeFiles } from '../train/onnxLatents';
import type { ChosenVae, PictureVaeRequest } from './protocol/pictureVae';

export class VaeDesk {
  #files: VaeFiles = NO_VAE_FILES;

  get files(): VaeFiles {
    return this.#files;
  }

  /** A file that is refused changes nothing. @throws FormatError `utgrec/onnx-*` */
  async take({ role, file }: Pick<PictureVaeRequest, 'role' | 'file'>): Promise<ChosenVae | null> {
    if (!file) {
      this.#files = { ...this.#files, [role]: null };
      return null;
    }
    if (file.size > MOST_FILE_BYTES)
      throw new FormatError(
        'utgrec/onnx-size',
        `${file.name}: has ${file.size} bytes, wanted up to ${MOST_FILE_BYTES}; choose the ${role}'s ONNX file.`,
      );
    const held = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
    const facts = await inspectVaeFile(held, role);
    this.#files = { ...this.#files, [role]: held };
    return { ...facts, name: file.name, sizeBytes: file.size, sha256: await sha256Hex(held.bytes) };
  }
}
