import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './e2e/harness/browsers.mjs';

const PORT = 4281;
const executablePath = findChromium();
if (executablePath === null)
  throw new Error('playwright: no Chromium on PATH; run npm test as root or install chromium.');

// The built workbench with its real headers, in the system's Chromium with WebGPU on the software adapter.
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  retries: 0,
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  // Training on a software adapter is slow; journeys that train ask for more themselves.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: `http://localhost:${PORT}/`,
    launchOptions: { executablePath, args: [...CHROMIUM_FLAGS] },
    // A kept copy of the page would answer before the routes that tests put in its way; offline.spec.ts allows it.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    trace: 'off',
  },
  projects: [{ name: 'chromium' }],
  webServer: {
    command: `node scripts/start.mjs --port ${PORT} --strict-port`,
    port: PORT,
    reuseExistingServer: false,
    timeout: 300_000,
  },
});
