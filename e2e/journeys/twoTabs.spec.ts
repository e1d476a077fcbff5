// Two tabs of one browser: one trains; the other sees the data and the runs, is refused a second training in words, and may train
// as soon as the first lets go.
import { beginLongTraining, openSmallData } from './smallData';
import { expect, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

test('a second tab looks on while the first one trains, and trains once that has stopped', async ({
  page,
  context,
}) => {
  test.setTimeout(4 * MINUTES);
  await openWorkbench(page);
  await openSmallData(page);
  await beginLongTraining(page);
  await expect(page.getByRole('progressbar', { name: 'Progress of the recommender' })).toHaveAttribute(
    'aria-valuenow',
    /\d/,
    { timeout: MINUTES },
  );

  const second = await context.newPage();
  await second.goto('/#/tokenizer');
  await expect(second.getByText(/^Restored from your last visit/)).toContainText('tokenizer trained');
  await second.getByRole('button', { name: 'Train anew' }).click();
  const alert = second.getByRole('alert').filter({ hasText: 'storage/locked' });
  await expect(alert).toContainText(/tab/);
  await test.step('what is stored can be looked at meanwhile', async () => {
    await goTo(second, 'Codebooks');
    await expect(second.getByRole('figure', { name: /^Code use/ })).toBeVisible();
    await second.goto('/#/compare');
    await expect(second.getByRole('region', { name: 'All runs' }).getByRole('row', { name: /training/ })).toHaveCount(
      1,
    );
  });

  await test.step('the first tab was not disturbed; when it stops, the second one trains', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Continue' })).toBeVisible({ timeout: MINUTES });
    await goTo(second, 'Tokenizer');
    await second
      .getByRole('group', { name: 'Training' })
      .getByRole('textbox', { name: /^Epochs/ })
      .fill('4');
    await second.getByRole('button', { name: 'Train anew' }).click();
    await expect(second.locator('[data-curve="loss"] .chart-last')).toHaveText(/\d/, { timeout: MINUTES });
    await expect(second.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: MINUTES });
    await expect(alert).toHaveCount(0);
  });
});
