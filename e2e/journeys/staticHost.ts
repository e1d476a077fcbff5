// A plain static host: one folder below one path, the headers of its `_headers`, no knowledge of the page.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { parseHeaders } from '../../scripts/vite/securityHeaders';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

export interface StaticHost {
  readonly url: string;
  /** Cuts every connection and takes no more. */
  close(): void;
  /** Listens at the same address again. */
  open(): Promise<void>;
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((done) => {
    server.listen(port, '127.0.0.1', done);
  });

export async function serveBelow(prefix: string, folder: string = path.resolve('dist')): Promise<StaticHost> {
  const headers = parseHeaders(readFileSync(path.join(folder, '_headers'), 'utf8'));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.startsWith(prefix) ? pathname.slice(prefix.length) || 'index.html' : '..';
    const file = path.join(folder, name);
    if (!file.startsWith(folder + path.sep) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    for (const [header, value] of headers) response.setHeader(header, value);
    response.setHeader('Content-Type', TYPES[path.extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  });
  await listening(server, 0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
    open: () => listening(server, port),
  };
}
