/** The page's side of the import measurement: a dedicated worker, as in the product. Without files it measures the yardstick. */
import { fileByteSource } from '../../src/data/import/byteSources';
import type { CatalogueShape } from './catalogue';
import { measureImport, measureParse } from './importSpeed';

self.onmessage = async (event: MessageEvent<{ files: File[]; shape: CatalogueShape }>) => {
  const { files, shape } = event.data;
  const sources = files.map((file) => fileByteSource(file));
  try {
    self.postMessage({ result: files.length === 0 ? measureParse(shape) : await measureImport(sources, shape) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
