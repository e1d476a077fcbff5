/** The page's side of the import measurement: a dedicated worker, as in the product. */
import { fileByteSource } from '../../src/data/import/byteSources';
import type { CatalogueShape } from './catalogue';
import { measureImport, measureParse } from './importSpeed';

self.onmessage = async (event: MessageEvent<{ files: File[]; shape: CatalogueShape }>) => {
  const { files, shape } = event.data;
  try {
    const parseMBs = measureParse(shape);
    const measure = await measureImport(
      files.map((file) => fileByteSource(file)),
      shape,
    );
    self.postMessage({ result: { ...measure, parseMBs } });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
