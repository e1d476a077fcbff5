import { TesseraError } from '../base/errors';
import type { DataSource } from './dataSource';

/**
 * Files below a web address. `fetch` is passed in so that tests and hosts can wrap it. 404 and 410 mean "no such file", and
 * so does an HTML page, which single-page servers send for unknown paths.
 * The opened stream fails with TesseraError `source/http` on other statuses and `source/network` when the server cannot be reached.
 */
export function fetchSource(baseUrl: string, fetch: typeof globalThis.fetch, name?: string): DataSource {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  const folder = base
    .split('/')
    .filter((part) => part !== '')
    .at(-1);
  return {
    name: name ?? folder ?? 'data',
    async open(file) {
      const response = await request(fetch, base + encodeURIComponent(file), file);
      const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
      if (response.status === 404 || response.status === 410 || (response.ok && isPage)) {
        await response.body?.cancel();
        return null;
      }
      if (!response.ok || response.body === null) {
        const came = `status ${response.status}`;
        throw new TesseraError('source/http', `fetch ${file}: wanted the file, came ${came}; try again later`);
      }
      return response.body;
    },
  };
}

async function request(fetch: typeof globalThis.fetch, url: string, file: string): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch (cause) {
    const message = `fetch ${file}: wanted an answer, came none; check the connection and try again`;
    throw new TesseraError('source/network', message, { cause });
  }
}
