// MTGRec in the page: a tokenizer of several kept epochs (V5), pre-training by influence (V6), fine-tuning, evaluation.
import { expectSameNumbers } from './figures';
import { openSmallData, SMALL_ITEMS } from './smallData';
import { chooseTheme, expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

test('several identifiers for every item: drift and curriculum are shown as they come about, and stay', async ({
  page,
}) => {
  test.setTimeout(6 * MINUTES);
  await openWorkbench(page);
  await openSmallData(page);

  await goTo(page, 'Tokenizer');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('mtgrec-test');
  // Short: enough epochs for three tokenizers and one estimate of influence.
  const epochs = page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' });
  await epochs.fill('6');
  const drift = page.getByRole('region', { name: 'Code drift' });
  await expect(drift).toContainText('0 of 3 tokenizers kept');
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: 2 * MINUTES });

  await test.step('V5: the river answers to the keyboard and lists the items of a band', async () => {
    await expect(drift).toContainText('3 of 3 tokenizers kept');
    await expect(drift.locator('.figure-summary')).toContainText(/From epoch 2 to 6, an item keeps its code in /);
    const cursor = drift.getByRole('application', { name: 'Data cursor of Code drift' });
    await cursor.focus();
    await page.keyboard.press('ArrowRight');
    await expect(drift.locator('.figure-readout')).toContainText(/^From epoch 2, To epoch 4, Level 1, Class code kept/);
    await page.keyboard.press('Enter');
    const list = drift.getByRole('region', { name: /^Level 1, epoch 2 → 4: code kept$/ });
    await expect(list.getByRole('listitem').first()).toBeVisible();
    await expect(list.getByRole('img', { name: /^Identifier / }).first()).toBeVisible();
    await list.getByRole('button', { name: 'Close the list of items' }).click();
    await expect(list).toHaveCount(0);
  });
  await test.step('V5: page, CSV and LaTeX say the same', async () => {
    await expectSameNumbers(page, drift, 'Items by step, level and class', /code kept/);
    await expectSameNumbers(page, page.getByRole('region', { name: 'Agreement of tokenizers' }), '', /Tokenizer epoch/);
    await expectSameNumbers(page, page.getByRole('region', { name: 'How many tokenizers' }), '', /Diversity/);
  });

  const wall = page.getByRole('region', { name: 'Code use over training' });
  await test.step('V1: the wall of code use over training', async () => {
    await expect(wall.locator('.figure-summary')).toContainText(/^At step 6 the items use .*; least in (Music|Travel)/);
    await wall.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect(wall.locator('.figure-readout')).toContainText(/^Level 1, Step \d, Items Music, Codes used \d+/);
    await expectSameNumbers(page, wall, 'Use by level, step and group', /no item here, some in another domain/);
  });
  await page.getByRole('link', { name: 'More about these codes' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Codebooks' })).toBeVisible();
  await test.step('V2: a prefix opens its tree and its items, an item its neighbours by code', async () => {
    const paths = page.getByRole('region', { name: 'Code paths' });
    await expect(paths.locator('.figure-summary')).toContainText(`All items: ${SMALL_ITEMS} items`);
    await expectSameNumbers(page, paths, 'Prefixes', /Music/);
    await paths.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect(paths.locator('.figure-readout')).toContainText(/^Level 1, Prefix \d+, Items \d+/);
    await page.keyboard.press('Enter');
    await expect(paths.locator('.figure-summary')).toContainText(/^Prefix \d+: \d+ items/);
    const items = paths.getByRole('region', { name: /^Items of prefix \d+$/ });
    await items
      .getByRole('button', { name: /: nearest by code$/ })
      .first()
      .click();
    const near = paths.getByRole('region', { name: 'Nearest items by code' });
    await expect(near.getByRole('heading', { level: 4 })).toHaveText([
      /^all codes shared /,
      /^the first 2 codes shared /,
      /^the first code shared /,
    ]);
    await paths.getByRole('searchbox', { name: 'Find an item among the codes' }).fill('golden kettle');
    await paths.getByRole('list', { name: 'Items found' }).getByRole('button').first().click();
    await expect(near.locator('.code-centre')).toContainText('golden kettle');
    await paths.getByRole('navigation', { name: 'Prefix' }).getByRole('button', { name: 'All items' }).click();
    await expect(items).toHaveCount(0);
  });

  await goTo(page, 'Recommender');
  const curriculum = page.getByRole('region', { name: 'Curriculum' });
  await page.getByRole('button', { name: 'Train the recommender' }).click();
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: 5 * MINUTES });
  await test.step('V6: stream, what-if and bars', async () => {
    await expect(curriculum.locator('.figure-summary')).toContainText(
      /After stage 2, tokenizer \d is drawn most often/,
    );
    const entropy = curriculum.getByText(/^Entropy/).locator('output');
    const trained = await entropy.innerText();
    await curriculum.getByRole('slider', { name: 'Temperature' }).fill('-80');
    await expect(curriculum).toContainText('what if');
    expect(Number(await entropy.innerText())).toBeLessThan(Number(trained));
    await curriculum.getByRole('button', { name: 'Back to the run' }).click();
    await expect(entropy).toHaveText(trained);
    await curriculum.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await expect(curriculum.locator('.figure-readout')).toContainText(/^Stage 0, From epoch 0, /);
    const stage = page.getByRole('region', { name: 'Before the first estimate' });
    await expect(stage.getByRole('combobox', { name: 'Stage' })).toHaveValue('0');
  });
  await test.step('V6: page, CSV and LaTeX say the same', async () => {
    await expectSameNumbers(page, curriculum, 'Sampling probabilities', /Pre-training epoch/);
  });
  const metrics = page.locator('.metrics-table tbody tr');
  await expect(page.locator('.metrics-table tbody tr.is-model')).toHaveCount(1);
  const rows = await metrics.count();

  await test.step('both pages pass axe in both themes', async () => {
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme);
      for (const name of ['Tokenizer', 'Recommender'] as const) {
        await goTo(page, name);
        await expect((name === 'Tokenizer' ? drift : curriculum).locator('.figure-svg')).toBeVisible();
        await expectAccessible(page, `${name} of MTGRec, ${theme}`);
      }
    }
  });

  await test.step('a reload keeps the figures', async () => {
    await goTo(page, 'Tokenizer');
    const useSummary = await wall.locator('.figure-summary').innerText();
    await goTo(page, 'Recommender');
    const summary = await curriculum.locator('.figure-summary').innerText();
    await page.reload();
    await goTo(page, 'Recommender');
    await expect(curriculum.locator('.figure-summary')).toHaveText(summary);
    await expect(metrics).toHaveCount(rows);
    await goTo(page, 'Tokenizer');
    await expect(drift).toContainText('3 of 3 tokenizers kept');
    await expect(drift.locator('.figure-svg')).toBeVisible();
    await expect(wall.locator('.figure-summary')).toHaveText(useSummary);
  });
});
