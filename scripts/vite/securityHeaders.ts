import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

/**
 * Headers of the `/*` block of a `_headers` file, the format of the common static hosts: a path line, then indented
 * `Name: value` lines.
 */
export function parseHeaders(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  let path = '';
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) path = line.trim();
    const match = /^\s+([\w-]+):\s*(.+?)\s*$/.exec(line);
    if (path === '/*' && match) headers.set(match[1] ?? '', match[2] ?? '');
  }
  return headers;
}

/**
 * Serves the built workbench with the headers of `public/_headers`, so that what runs here is what a host would serve.
 * Not in development: Vite's reloading needs inline scripts.
 */
export function securityHeaders(): Plugin {
  return {
    name: 'tessera:security-headers',
    configurePreviewServer(server) {
      const headers = parseHeaders(readFileSync(path.join(server.config.root, 'public/_headers'), 'utf8'));
      server.middlewares.use((_request, response, next) => {
        for (const [name, value] of headers) response.setHeader(name, value);
        next();
      });
    },
  };
}
