/**
 * A view as a file, for selections that no address can hold: one line that says what it is, then page and query as in an address.
 *
 *   tessera view 1
 *   /codebooks?items=4-9.17&data=0a1b2c3d
 */
import { FormatError } from '../../base/errors';
import { splitHash } from './hashPath';
import { decodeUrlState, encodeViewState, type UrlState } from './urlState';

export interface View {
  readonly path: string;
  readonly state: UrlState;
}

export const VIEW_FILE = 'view.tessera-view';
const PAGE = /^\/[a-z]{0,20}$/;
const HEAD = 'tessera view 1';
/** A selection of a million scattered items is 7 MB. */
const MAX_BYTES = 16 * 2 ** 20;

export const isViewFile = (name: string): boolean => name.endsWith('.tessera-view');

export function viewFile({ path, state }: View): Blob {
  return new Blob([`${HEAD}\n${path}?${encodeViewState(state)}\n`], { type: 'text/plain' });
}

/** What is not understood of the query is left out, as in an address. @throws FormatError `view/size`, `view/format` */
export async function readViewFile(file: Blob & { readonly name: string }): Promise<View> {
  if (file.size > MAX_BYTES)
    throw new FormatError('view/size', `${file.name}: wanted at most ${MAX_BYTES} bytes, came ${file.size}.`);
  const [head, address = ''] = (await file.text()).split('\n');
  const { path, query } = splitHash(`#${address.trim()}`);
  if (head?.trim() !== HEAD || !PAGE.test(path))
    throw new FormatError(
      'view/format',
      `${file.name}: wanted "${HEAD}" and a page of the workbench, came something else; save the view again.`,
    );
  return { path, state: decodeUrlState(query, MAX_BYTES) };
}
