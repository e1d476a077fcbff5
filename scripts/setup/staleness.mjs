// Whether a build output is older than what it is made from. Times, not hashes: a few hundred stat calls, some
// milliseconds, so every start can ask.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './packages.mjs';

const isSource = (name) => !/\.test\.tsx?$/.test(name);

function newestChange(entry) {
  const stats = statSync(entry);
  if (!stats.isDirectory()) return stats.mtimeMs;
  // A folder's own time tells of files that were removed.
  return readdirSync(entry)
    .filter(isSource)
    .reduce((newest, name) => Math.max(newest, newestChange(path.join(entry, name))), stats.mtimeMs);
}

/** Whether `output` is missing or older than anything in `sources` (files or folders; absent ones are ignored). */
export function isStale(output, sources, root = ROOT) {
  const file = path.join(root, output);
  if (!existsSync(file)) return true;
  const builtAt = statSync(file).mtimeMs;
  return sources
    .map((source) => path.join(root, source))
    .some((source) => existsSync(source) && newestChange(source) > builtAt);
}
