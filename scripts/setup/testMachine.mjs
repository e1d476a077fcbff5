// What the tests need beside packages: Chromium, Firefox, the Vulkan loader and a software Vulkan driver that Dawn
// accepts (Mesa 24 or newer; Debian 12's own 22.3 is too old, so it comes from backports of the machine's own mirror).
// Installs what is missing as root on Debian or Ubuntu; elsewhere says exactly what to install. Run directly with
// --dry-run it prints what it would do.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, findFirefox, findLavapipe } from '../../e2e/harness/browsers.mjs';
import { backportsLine, majorVersion, parseListFile, parseSourcesFile } from './aptSources.mjs';

/** Dawn refuses older ones; 22.3 was tried. */
const MESA_FLOOR = 24;
/** The oldest that the suite was seen to pass on. Firefox 140 says that WebGPU is not in release builds yet. */
const CHROMIUM_FLOOR = 150;
const FIREFOX_FLOOR = 153;
const APT_FOLDER = '/etc/apt';

const capture = (command, args) => spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '';

function readRelease() {
  if (!existsSync('/etc/os-release')) return { id: process.platform, codename: '' };
  const fields = Object.fromEntries(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map((line) => /^(\w+)="?([^"]*)"?$/.exec(line))
      .filter((match) => match !== null)
      .map(([, key, value]) => [key, value]),
  );
  return { id: fields.ID ?? '', codename: fields.VERSION_CODENAME ?? '' };
}

const installedMesa = () =>
  majorVersion(/^Version: (\S+)/m.exec(capture('dpkg', ['-s', 'mesa-vulkan-drivers']))?.[1] ?? '');

function hasVulkanLoader() {
  if (process.platform !== 'linux') return true;
  return /libvulkan\.so\.1/.test(capture('sh', ['-c', 'ldconfig -p 2>/dev/null || /sbin/ldconfig -p']));
}

/** Whether a driver is there; its version is known only where dpkg is. A driver named by the caller is taken at its word. */
function hasVulkanDriver() {
  if (process.platform !== 'linux' || process.env.VK_ICD_FILENAMES) return true;
  return findLavapipe() !== null && !(installedMesa() < MESA_FLOOR);
}

/** Major version of a browser from its `--version` line; NaN if it does not start. */
const browserVersion = (file) => Number.parseInt(/ (\d+)\./.exec(capture(file, ['--version']))?.[1] ?? '', 10);

function hasBrowser(file, floor) {
  return file !== null && browserVersion(file) >= floor;
}
const hasChromium = () => hasBrowser(findChromium(), CHROMIUM_FLOOR);
const hasFirefox = () => hasBrowser(findFirefox(), FIREFOX_FLOOR);

/** What is missing, as names for people. */
export function missingParts() {
  const parts = [];
  if (!hasChromium())
    parts.push(`Chromium ${CHROMIUM_FLOOR} or newer (chromium, chromium-browser or google-chrome on PATH)`);
  if (!hasFirefox()) parts.push(`Firefox ${FIREFOX_FLOOR} or newer (firefox-esr or firefox on PATH)`);
  if (!hasVulkanLoader()) parts.push('the Vulkan loader (libvulkan1)');
  if (!hasVulkanDriver())
    parts.push(`Mesa's software Vulkan driver, version ${MESA_FLOOR} or newer (mesa-vulkan-drivers)`);
  return parts;
}

function readAptSources() {
  const folder = path.join(APT_FOLDER, 'sources.list.d');
  const files = [
    path.join(APT_FOLDER, 'sources.list'),
    ...(existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : []),
  ];
  return files.filter(existsSync).flatMap((file) => {
    if (file.endsWith('.sources')) return parseSourcesFile(readFileSync(file, 'utf8'));
    return file.endsWith('.list') ? parseListFile(readFileSync(file, 'utf8')) : [];
  });
}

/** Runs apt-get without questions; its output appears only if it fails. */
function apt(args, isDryRun) {
  const command = ['apt-get', '-qq', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=120', ...args];
  if (isDryRun) {
    console.log(`would run: ${command.join(' ')}`);
    return true;
  }
  const run = spawnSync(command[0], command.slice(1), {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (run.status !== 0) console.error(`${run.stdout}${run.stderr}`.trim().split('\n').slice(-30).join('\n'));
  return run.status === 0;
}

/** Version of mesa-vulkan-drivers that a plain install would bring. */
const candidateMesa = () =>
  majorVersion(/Candidate:\s*(\S+)/.exec(capture('apt-cache', ['policy', 'mesa-vulkan-drivers']))?.[1] ?? '');

function installDriver({ id, codename }, isDryRun) {
  if (candidateMesa() >= MESA_FLOOR || id !== 'debian')
    return apt(['install', '-y', '--no-install-recommends', 'libvulkan1', 'mesa-vulkan-drivers'], isDryRun);
  const line = backportsLine(readAptSources(), codename);
  if (line !== null) {
    const file = path.join(APT_FOLDER, 'sources.list.d', `${codename}-backports.list`);
    if (isDryRun) console.log(`would write ${file}: ${line}`);
    else writeFileSync(file, `${line}\n`);
    if (!apt(['update'], isDryRun)) return false;
  }
  const wanted = ['libvulkan1', 'mesa-vulkan-drivers'];
  return apt(['install', '-y', '--no-install-recommends', '-t', `${codename}-backports`, ...wanted], isDryRun);
}

function installParts(release, isDryRun, isForced) {
  if (!apt(['update'], isDryRun)) return false;
  const isUbuntu = release.id === 'ubuntu';
  const browsers = [
    ...(isForced || !hasChromium() ? [isUbuntu ? 'chromium-browser' : 'chromium'] : []),
    ...(isForced || !hasFirefox() ? [isUbuntu ? 'firefox' : 'firefox-esr'] : []),
  ];
  if (browsers.length > 0 && !apt(['install', '-y', ...browsers], isDryRun)) return false;
  return isForced || !hasVulkanLoader() || !hasVulkanDriver() ? installDriver(release, isDryRun) : true;
}

/**
 * Makes the machine ready for the tests.
 * @returns whether it is; if not, what to do has been printed.
 */
export function prepareTestMachine({ isDryRun = false, isForced = false } = {}) {
  const missing = missingParts();
  if (missing.length === 0 && !isForced) return true;
  const release = readRelease();
  const mayInstall =
    process.getuid?.() === 0 && ['debian', 'ubuntu'].includes(release.id) && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    console.log(`Installing with apt-get: ${missing.join('; ')} …`);
    installParts(release, isDryRun, isForced);
    if (isDryRun) return true;
  }
  const left = missingParts();
  if (left.length === 0) return true;
  console.error('The tests need these parts of the system, and they are missing:');
  for (const part of left) console.error(`  - ${part}`);
  console.error(adviceFor(release));
  return false;
}

function adviceFor({ id, codename }) {
  if (id === 'debian')
    return `As root, have the suite ${codename}-security in APT’s sources (current browsers), add ${codename}-backports if mesa-vulkan-drivers is older than ${MESA_FLOOR}, then:\n  apt-get install chromium firefox-esr libvulkan1 && apt-get install -t ${codename}-backports mesa-vulkan-drivers\nRun as root, npm test does this itself.`;
  if (id === 'ubuntu')
    return 'As root: apt-get install chromium-browser firefox libvulkan1 mesa-vulkan-drivers (the browsers come as snaps; where snaps do not run, install Google Chrome and Mozilla’s own Firefox package).';
  if (process.platform === 'linux')
    return 'Install them with the package manager of this system, then run npm test again.';
  return 'Install Google Chrome and Firefox and put both on PATH (or set TESSERA_CHROMIUM and TESSERA_FIREFOX to their paths), then run npm test again.';
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const isDryRun = process.argv.includes('--dry-run');
  const isReady = prepareTestMachine({ isDryRun, isForced: process.argv.includes('--force') });
  if (isReady) console.log(isDryRun ? 'Nothing was changed.' : 'The machine is ready for the tests.');
  process.exitCode = isReady ? 0 : 1;
}
