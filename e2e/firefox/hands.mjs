// What a user does, by what a control is called, for a page that puppeteer drives. Everything waits for its control, with an
// end; presses go through the browser's own pointer.

/** @import { ElementHandle, Page } from 'puppeteer-core' */

const WAIT_MS = 30_000;
const POLL_MS = 150;

/** Runs in the page: the first visible element of a kind whose name or text fits the pattern. */
function findInPage(selector, source, flags) {
  const pattern = new RegExp(source, flags);
  const nameOf = (element) => {
    const labels =
      'labels' in element && element.labels ? [...element.labels].map(({ textContent }) => textContent) : [];
    const text = element.getAttribute('aria-label') ?? (labels.length > 0 ? labels.join(' ') : element.textContent);
    return (text ?? '').trim().replace(/\s+/g, ' ');
  };
  const isThere = (element) => element.checkVisibility() || element.matches('input[type="file"]');
  return [...document.querySelectorAll(selector)].find(
    (element) => isThere(element) && !element.matches(':disabled') && pattern.test(nameOf(element)),
  );
}

/** @param {Page} page */
export function handsOn(page) {
  /** @returns {Promise<ElementHandle>} */
  const find = async (selector, pattern, limitMs = WAIT_MS) => {
    const options = { timeout: limitMs, polling: POLL_MS };
    try {
      const handle = await page.waitForFunction(findInPage, options, selector, pattern.source, pattern.flags);
      return handle.asElement();
    } catch (error) {
      const shown = await page.evaluate(() =>
        document.querySelector('main')?.innerText.slice(0, 300).replace(/\s+/g, ' '),
      );
      throw new Error(`no ${selector} called ${pattern} within ${limitMs / 1000} s; the page says: ${shown}`, {
        cause: error,
      });
    }
  };
  const texts = (selector) => page.$$eval(selector, (all) => all.map((element) => element.innerText.trim()));
  return {
    find,
    texts,
    press: async (selector, pattern) => {
      const control = await find(selector, pattern);
      await control.scrollIntoView();
      await control.click();
    },
    fill: async (pattern, text) => {
      const field = await find('input', pattern);
      await field.scrollIntoView();
      await field.click({ count: 3 });
      await page.keyboard.type(text);
    },
    choose: async (pattern, value) => {
      await (await find('select', pattern)).select(value);
    },
    upload: async (pattern, file) => (await find('input[type="file"]', pattern)).uploadFile(file),
    /** Waits until a claim about texts of the page holds. */
    until: async (selector, claim, words, limitMs = WAIT_MS) => {
      const end = performance.now() + limitMs;
      for (;;) {
        const shown = await texts(selector);
        if (claim(shown)) return shown;
        if (performance.now() > end) throw new Error(`${words}: not within ${limitMs / 1000} s; shown: ${shown}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
  };
}
