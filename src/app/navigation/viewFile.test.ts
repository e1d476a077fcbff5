import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NOTHING } from '../stores/selection';
import { encodeUrlState } from './urlState';
import { readViewFile, type View, viewFile } from './viewFile';

const named = (content: Blob | string, name = 'view.tessera-view') => new File([content], name);

it('holds what no address can', async () => {
  const items = Array.from({ length: 20_000 }, (_, at) => 2 * at);
  const view: View = {
    path: '/codebooks',
    state: { selection: { ...NOTHING, items }, data: '5334b687', params: { sort: 'size' } },
  };
  expect(encodeUrlState(view.state)).toBeNull();
  expect(await readViewFile(named(viewFile(view)))).toEqual(view);
});

it.each([
  ['', 'view/format'],
  ['tessera view 2\n/data\n', 'view/format'],
  ['tessera view 1\nhttps://example.org/?items=1\n', 'view/format'],
  ['tessera view 1\n/../x\n', 'view/format'],
])('refuses %j', async (text, code) => {
  await expect(readViewFile(named(text))).rejects.toMatchObject({ code });
});

it('refuses what is too large before reading it', async () => {
  const large = named('tessera view 1\n/data\n');
  Object.defineProperty(large, 'size', { value: 2 ** 40 });
  await expect(readViewFile(large)).rejects.toMatchObject({ code: 'view/size' });
});

it('takes from any query only what is valid', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (query) => {
      const line = query.replaceAll('\n', '');
      const { state } = await readViewFile(named(`tessera view 1\n/data?${line}\n`));
      expect(encodeUrlState(state)).not.toBeNull();
    }),
  );
});
