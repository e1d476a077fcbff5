// The system's Firefox with WebGPU on Mesa's software driver, over WebDriver BiDi.
import { FIREFOX_PREFERENCES, findFirefox, softwareVulkanEnvironment } from './browsers.mjs';

/**
 * @param {{ preferences?: Record<string, boolean>, protocolTimeout?: number, defaultViewport?: { width: number, height: number } }} options
 *   preferences beside those that every use wants
 * @returns a browser of puppeteer; the caller closes it
 */
export async function launchFirefox({ preferences = {}, ...options } = {}) {
  const executablePath = findFirefox();
  if (!executablePath) throw new Error('no Firefox on PATH: install firefox-esr');
  const { default: puppeteer } = await import('puppeteer-core');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: { ...FIREFOX_PREFERENCES, ...preferences },
    env: softwareVulkanEnvironment(),
    ...options,
  });
}
