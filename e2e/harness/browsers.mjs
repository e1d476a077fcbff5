// Where the browsers of the tests are and how they get WebGPU without a GPU. Plain Node without dependencies: the set-up
// scripts use it before node_modules exists.
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/** First of `names` that is on PATH, or null. */
export function findOnPath(names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      const candidate = path.join(folder, name);
      try {
        accessSync(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not here: the next folder.
      }
    }
  return null;
}

/** Path of the system's Chromium, or null. TESSERA_CHROMIUM overrides the search. */
export const findChromium = () =>
  process.env.TESSERA_CHROMIUM ?? findOnPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);

/** Path of the system's Firefox, or null. TESSERA_FIREFOX overrides the search. */
export const findFirefox = () => process.env.TESSERA_FIREFOX ?? findOnPath(['firefox-esr', 'firefox']);

/** Mesa's software Vulkan driver, or null. The file's name carries the architecture on newer systems. */
export function findLavapipe() {
  const folder = '/usr/share/vulkan/icd.d';
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch;
  const names = ['lvp_icd.json', `lvp_icd.${machine}.json`];
  return names.map((name) => path.join(folder, name)).find((file) => existsSync(file)) ?? null;
}

/**
 * The environment in which Dawn in Node and Firefox run on the software driver. A VK_ICD_FILENAMES that the caller set
 * stays: it names the driver to test.
 */
export function softwareVulkanEnvironment(environment = process.env) {
  const driver = environment.VK_ICD_FILENAMES ?? findLavapipe();
  return driver === null ? { ...environment } : { ...environment, VK_ICD_FILENAMES: driver };
}

/** Headless Chromium with WebGPU on its own software adapter, and without traffic of its own. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Firefox preferences: WebGPU on, also in workers and on a software driver; no traffic of its own. */
export const FIREFOX_PREFERENCES = {
  'dom.webgpu.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
  'dom.webgpu.workers.enabled': true,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};
