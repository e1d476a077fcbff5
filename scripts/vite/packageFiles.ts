import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

/** Files of an installed package that the page fetches by address. */
export interface PackageFiles {
  /** Folder below node_modules; `../` leads to one of the repository. */
  readonly from: string;
  /** Folder below the page's address. */
  readonly to: string;
  readonly pattern: RegExp;
}

const typeOf = (name: string): string =>
  name.endsWith('.json')
    ? 'application/json'
    : name.endsWith('.wasm')
      ? 'application/wasm'
      : name.endsWith('.mjs')
        ? 'text/javascript'
        : 'application/octet-stream';

/**
 * Gives the page files out of node_modules without copies in the repository: from a middleware in development, as assets
 * of the build.
 * @throws Error at the start if a folder has no such file: the package is missing or laid out differently.
 */
export function packageFiles(sets: readonly PackageFiles[]): Plugin {
  const files = new Map<string, string>();
  return {
    name: 'tessera:package-files',
    configResolved(config) {
      for (const { from, to, pattern } of sets) {
        const folder = path.join(config.root, 'node_modules', from);
        const names = existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
        if (names.length === 0)
          throw new Error(`packageFiles: node_modules/${from} has no file like ${pattern}; run npm ci.`);
        for (const name of names) files.set(`${to}/${name}`, path.join(folder, name));
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = files.get((request.url ?? '').replace(/[?#].*$/, '').replace(/^\//, ''));
        if (file === undefined) return next();
        response.setHeader('Content-Type', typeOf(file));
        response.setHeader('Content-Length', statSync(file).size);
        createReadStream(file).pipe(response);
      });
    },
    generateBundle() {
      for (const [fileName, file] of files) this.emitFile({ type: 'asset', fileName, source: readFileSync(file) });
    },
  };
}
