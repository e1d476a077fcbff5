// What must hold before anything else runs: a new enough Node and the packages of package-lock.json. Plain Node, no
// dependencies: it runs straight after `git clone`.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The floor of package.json `engines`; Vite 8 needs it. */
const NODE_FLOOR = [20, 19];

/** Ends the process with a sentence when Node is too old. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1])) return;
  console.error(
    `Tessera needs Node ${NODE_FLOOR.join('.')} or newer; this is Node ${process.versions.node}. Install the current Node and try again.`,
  );
  process.exit(1);
}

/** Whether node_modules was written after the last change of package-lock.json. */
export function packagesAreFresh(root = ROOT) {
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  return statSync(installed).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

/**
 * Installs the locked packages if they are missing or older than the lock file.
 * @returns whether they are there now; npm's own words are printed when they are not.
 */
export function installPackages(root = ROOT) {
  if (packagesAreFresh(root)) return true;
  console.log('Installing packages (npm ci); once, about a minute …');
  const startedAt = performance.now();
  const isWindows = process.platform === 'win32';
  const npm = spawnSync(isWindows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    shell: isWindows,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (npm.status === 0) {
    console.log(`Packages installed in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
    return true;
  }
  console.error(`${npm.stdout ?? ''}${npm.stderr ?? ''}`.trim() || String(npm.error));
  console.error('npm ci failed. Check the network connection, then run the same command again.');
  return false;
}
