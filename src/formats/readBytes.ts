import { formatProblem } from './formatProblem';

/**
 * Collects a stream into one array of at most `maxBytes`. Takes the stream; stops reading at the cap.
 * @throws FormatError `file/tooLarge`
 */
export async function readBytes(
  stream: ReadableStream<Uint8Array>,
  options: { readonly file: string; readonly maxBytes: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > options.maxBytes) {
      await reader.cancel().catch(() => undefined);
      const problem = { wanted: `at most ${options.maxBytes} bytes`, came: 'more', remedy: 'use a smaller file' };
      throw formatProblem('file/tooLarge', { file: options.file }, problem);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Decodes strict UTF-8, without a leading byte-order mark. @throws FormatError `file/utf8` */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const problem = { wanted: 'UTF-8 text', came: 'other bytes', remedy: 'save the file as UTF-8', cause };
    throw formatProblem('file/utf8', { file }, problem);
  }
}
