/** Pictures as files named by item id, from a folder or an archive. */

import { isIdText } from '../../formats/fields';
import { formatProblem } from '../../formats/formatProblem';
import { MAX_PICTURE_BYTES, pictureType } from '../../formats/pictures';
import { readBytes } from '../../formats/readBytes';
import { splitPath } from './byteSources';
import { type ImportContext, type ImportPart, partsOf } from './candidate';
import { rejectRow } from './rejects';

const PICTURES_PER_SETTLE = 32;
const PICTURE_NAME = /\.(jpe?g|png|webp|gif|avif)$/i;

/** Whether a file's name says that it is a picture. */
export function isPictureName(name: string): boolean {
  return PICTURE_NAME.test(name);
}

/** Reads the parts `image`. A file that is no picture, too large or named by no id is listed and left out. */
export async function readImageFiles(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  const { meter, sink } = context;
  let count = 0;
  for (const source of partsOf(parts, 'image')) {
    const file = source.name;
    const id = unescaped(splitPath(file).file.replace(PICTURE_NAME, ''));
    try {
      if (!isIdText(id)) {
        const problem = { wanted: 'a file named by its item’s id', came: 'a longer name', remedy: 'rename it' };
        throw formatProblem('images/name', { file }, problem);
      }
      const bytes = await readBytes(await meter.open(source), { file, maxBytes: MAX_PICTURE_BYTES });
      const type = pictureType(bytes);
      if (type === null) {
        const problem = { wanted: 'a JPEG, PNG, WebP, GIF or AVIF picture', came: 'other bytes', remedy: 'remove it' };
        throw formatProblem('images/kind', { file }, problem);
      }
      await sink.image(id, bytes, type);
    } catch (error) {
      rejectRow(sink, { file, line: 1, text: file }, error);
    }
    if (++count % PICTURES_PER_SETTLE === 0) await meter.settle();
  }
}

/** Ids that no file could be named by are written with percent signs (`a%2fb`), as our own export does. */
function unescaped(name: string): string {
  if (!/%[0-9a-f]{2}/i.test(name)) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    // Not an escape but a percent sign of the id's own.
    return name;
  }
}
