// `npm start`: installs packages if needed, builds the workbench if its sources changed, and serves it on this machine
// with the headers of public/_headers. Options: --port N (default 4173; the next free one is taken), --strict-port,
// --host (also reachable from other machines; WebGPU needs https there), --dev (Vite's development server).
import { parseArgs } from 'node:util';
import { installPackages, ROOT, requireNode } from './setup/packages.mjs';
import { isStale } from './setup/staleness.mjs';

requireNode();
const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    'strict-port': { type: 'boolean', default: false },
    host: { type: 'boolean', default: false },
    dev: { type: 'boolean', default: false },
  },
});
const port = Number(options.port);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error(`npm start: --port must be a number from 1 to 65535, not "${options.port}".`);
  process.exit(2);
}
if (!installPackages()) process.exit(1);

const { build, createServer, preview } = await import('vite');
const at = { root: ROOT, logLevel: 'warn', clearScreen: false };
const where = { port, strictPort: options['strict-port'], host: options.host ? true : 'localhost' };

async function serve() {
  if (options.dev) {
    const server = await createServer({ ...at, server: where });
    return server.listen();
  }
  if (
    isStale('dist/index.html', [
      'src',
      'shaders',
      'public',
      'models',
      'index.html',
      'vite.config.ts',
      'scripts/vite',
      'package-lock.json',
    ])
  ) {
    console.log('Building the workbench …');
    const startedAt = performance.now();
    await build(at);
    console.log(`Built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  }
  return preview({ ...at, preview: where });
}

try {
  const server = await serve();
  const urls = [...(server.resolvedUrls?.local ?? []), ...(server.resolvedUrls?.network ?? [])];
  console.log(
    `\n  Tessera is at ${urls.join(' and ')}\n  Open it in a browser with WebGPU (Chrome, Edge, Firefox, Safari 26). Ctrl+C stops it.\n`,
  );
} catch (error) {
  console.error(`npm start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
