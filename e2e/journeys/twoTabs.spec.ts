// Two tabs of one browser: one trains; the other watches it live, sees the queue change, takes the training over from its
// checkpoint, and gives it back the same way. Nothing else can be begun meanwhile.
import type { Page } from '@playwright/test';
import { beginLongTraining, openSmallData } from './smallData';
import { curveEnds, expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;
const tray = (page: Page) => page.getByRole('region', { name: 'Job' });
const stepsDone = async (page: Page): Promise<number> =>
  Number((await tray(page).locator('.job-numbers').first().innerText()).split('/')[0]?.replace(/\D/g, ''));

test('a second tab watches the first one train, takes over from its checkpoint, and may train once that has stopped', async ({
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
  await second.goto('/#/recommender');
  await test.step('it shows live how far the other tab is, and says that it is another one', async () => {
    await expect(tray(second)).toContainText('in another tab', { timeout: MINUTES });
    await expect(second.getByRole('progressbar', { name: 'Progress of the recommender in another tab' })).toBeVisible();
    const rail = second.getByRole('navigation', { name: 'Pages' });
    await expect(rail.getByRole('link', { name: /^Recommender in another tab \d+%$/ })).toBeVisible();
    await expect(second.getByText('its run trains in another tab.')).toBeVisible();
    await expect(second.locator('[data-curve="loss"] .chart-last')).toHaveText(/\d/, { timeout: MINUTES });
    const [before, curve] = [await stepsDone(second), await curveEnds(second, 'loss')];
    await expect.poll(() => stepsDone(second), { timeout: MINUTES }).toBeGreaterThan(before);
    await expect.poll(async () => (await curveEnds(second, 'loss')).last, { timeout: MINUTES }).not.toBe(curve.last);
    await expectAccessible(second, 'Recommender, trained in another tab');
  });

  await test.step('nothing else can be begun; what is stored can be looked at, and the queue is one', async () => {
    await goTo(second, 'Tokenizer');
    await expect(second.getByRole('button', { name: 'Train anew' })).toBeDisabled();
    await expect(second.getByText('another tab trains a recommender')).toBeVisible();
    await goTo(second, 'Codebooks');
    await expect(second.getByRole('figure', { name: /^Code use/ })).toBeVisible();
    await second.goto('/#/compare');
    const runs = second.getByRole('region', { name: 'All runs' });
    await expect(runs.getByRole('cell', { name: 'training', exact: true })).toHaveCount(1);
    await page.locator('summary').filter({ hasText: 'Queue' }).click();
    await page.getByRole('button', { name: 'Add this run to the queue' }).click();
    const queued = second.getByRole('list', { name: 'Queued runs' }).getByRole('listitem');
    await expect(queued).toContainText(['waits']);
    await second.getByRole('button', { name: /^Take .* out$/ }).click();
    await expect(queued).toHaveCount(0);
    await expect(tray(page).getByRole('link', { name: /waiting$/ })).toHaveCount(0);
  });

  await test.step('it takes over from the checkpoint of the first one, which looks on from then on', async () => {
    await goTo(second, 'Recommender');
    const before = await stepsDone(second);
    await second.getByRole('button', { name: 'Take over' }).first().click();
    await expect(tray(second).getByRole('button', { name: 'Pause the job' })).toBeVisible({ timeout: MINUTES });
    await expect(tray(page)).toContainText('in another tab', { timeout: MINUTES });
    await expect.poll(() => stepsDone(second), { timeout: MINUTES }).toBeGreaterThan(before);
    // It went on: a run that begins anew would have a curve from its first steps only.
    await expect(second.getByRole('alert')).toHaveCount(0);
  });

  await test.step('when it stops, the first tab may go on', async () => {
    await tray(second).getByRole('button', { name: 'Stop the job' }).click();
    await expect(second.getByRole('button', { name: 'Continue' })).toBeEnabled({ timeout: MINUTES });
    await expect(tray(page)).not.toContainText('in another tab', { timeout: MINUTES });
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(tray(page).getByRole('button', { name: 'Pause the job' })).toBeVisible({ timeout: MINUTES });
    await expect(tray(second)).toContainText('in another tab', { timeout: MINUTES });
  });
});
