// Two ways to do the same things: with the mouse, and with the keyboard alone. A journey that takes hands runs with either.
import type { FileChooser, Locator, Page } from '@playwright/test';
import type { Upload } from './importing';
import { expect, type PageName } from './workbench';

export interface Hands {
  /** Presses a button, a link, a tick or a summary. */
  press(target: Locator): Promise<void>;
  /** Replaces the text of a field. */
  fill(field: Locator, text: string): Promise<void>;
  /** Chooses from a list by what it says. */
  choose(list: Locator, option: string): Promise<void>;
  /** Hands files to the browser's own picker, which the control opens. */
  pick(control: Locator, files: readonly Exclude<Upload, string>[]): Promise<void>;
  goTo(name: PageName | 'Compare'): Promise<void>;
}

const WAIT = { timeout: 30_000 };
const heading = (page: Page, name: string): Locator => page.getByRole('heading', { level: 1, name });

export function mouse(page: Page): Hands {
  return {
    press: (target) => target.click(),
    fill: (field, text) => field.fill(text),
    choose: async (list, option) => {
      await list.selectOption({ label: option });
    },
    pick: async (control, files) => {
      const [picker] = await Promise.all([page.waitForEvent('filechooser', WAIT), labelOf(page, control)]);
      await picker.setFiles([...files]);
    },
    goTo: async (name) => {
      const rail = page.getByRole('navigation', { name: 'Pages' });
      await rail.getByRole('link', { name: new RegExp(`^${name}`) }).click();
      await expect(heading(page, name)).toBeVisible();
    },
  };
}

/** A hidden file input is pressed by the label that stands for it. */
async function labelOf(page: Page, control: Locator): Promise<void> {
  const id = await control.getAttribute('id');
  await page.locator(`label[for="${id}"]`).click();
}

const LETTERS: Readonly<Record<PageName | 'Compare', string>> = {
  Home: 'h',
  Data: 'd',
  Tokenizer: 't',
  Codebooks: 'c',
  Recommender: 'r',
  Compare: 'm',
  Demo: 'e',
  Settings: 's',
};
/** A control that needs more presses of Tab is out of reach. */
const MOST_PRESSES = 60;

/** Keys only: no call of this may move or press the pointer, nor set the focus by script. */
export function keyboard(page: Page): Hands {
  const tabTo = async (target: Locator): Promise<void> => {
    await expect(target).toBeEnabled(WAIT);
    // Whoever sees the page knows whether it is further up or further down.
    const way = () =>
      target.evaluate((element) => {
        const { activeElement } = document;
        if (element === activeElement) return null;
        const isAbove = activeElement?.compareDocumentPosition(element) === Node.DOCUMENT_POSITION_PRECEDING;
        return isAbove ? 'Shift+Tab' : 'Tab';
      });
    for (let presses = 0; presses <= MOST_PRESSES; presses++) {
      const key = await way();
      if (key === null) return;
      await page.keyboard.press(key);
    }
    const where = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
    throw new Error(`${target} is not reached by ${MOST_PRESSES} presses of Tab; the focus is at ${where}`);
  };
  return {
    press: async (target) => {
      await tabTo(target);
      const isTick = await target.evaluate((element) => element.matches('[type="checkbox"], [type="radio"]'));
      await page.keyboard.press(isTick ? 'Space' : 'Enter');
      // Whatever the press has taken away, the next key has somewhere to start from.
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName), WAIT).not.toBe('BODY');
    },
    fill: async (field, text) => {
      await tabTo(field);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    },
    choose: async (list, option) => {
      await tabTo(list);
      await page.keyboard.type(option);
      await expect(list.locator('option:checked')).toHaveText(option);
    },
    pick: async (control, files) => {
      await tabTo(control);
      const picker: Promise<FileChooser> = page.waitForEvent('filechooser', WAIT);
      // Keys may reach the page before the order to catch the picker does; a question asked of the page waits for both.
      await page.evaluate(() => document.hasFocus());
      await page.keyboard.press('Space');
      await (await picker).setFiles([...files]);
    },
    goTo: async (name) => {
      // Within a field the two letters would be text.
      const isTyping = () => page.evaluate(() => document.activeElement?.matches('input, select, textarea') ?? false);
      for (let presses = 0; presses < MOST_PRESSES && (await isTyping()); presses++) await page.keyboard.press('Tab');
      await page.keyboard.press('g');
      await page.keyboard.press(LETTERS[name]);
      await expect(heading(page, name)).toBeVisible();
    },
  };
}
