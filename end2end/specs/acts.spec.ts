import { arrival, arrived, header, phish, unique } from '../support/mail';
import { expect, open, test } from '../support/test';

test.use({ as: 'admin' });

test('a released message arrives at the gateway with its category, unfiltered, and is listed as released', async ({ page }) => {
  const word = unique('released');
  const held = await phish('carol@acme.test', word);
  expect(arrived(word)).toEqual([]);
  await open(page, `/admin/quarantine/${held.id}`);
  await page.getByRole('button', { name: 'Release', exact: true }).click();
  await expect(page.getByTestId('notices')).toContainText('1 released');
  const mail = await arrival(word);
  expect(header(mail, 'X-MAG-CATEGORY')).toMatch(/^PHISH/);
  expect(header(mail, 'X-MAG-FILTER')).toBeDefined();
  expect(header(mail, 'To')).toContain('carol@acme.test');

  // Not held again: one row, and it is the released one.
  await expect(page.getByLabel('Summary')).toContainText('Released');
  await open(page, `/admin/quarantine?q=${word}`);
  await expect(page.getByRole('heading', { name: 'No held message matches' })).toBeVisible();
  await open(page, `/admin/quarantine?q=${word}&all=1`);
  const rows = page.getByTestId('quarantine').locator('tbody tr');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('Released');
});

test('a message is released once, whoever clicks how often', async ({ page, context }) => {
  const word = unique('twice');
  const held = await phish('carol@acme.test', word);
  const second = await context.newPage();
  await open(page, `/admin/quarantine/${held.id}`);
  await open(second, `/admin/quarantine/${held.id}`);
  const buttons = [page, second].map((p) => p.getByRole('button', { name: 'Release', exact: true }));
  await Promise.all(buttons.map((b) => b.click()));
  await arrival(word);
  await page.waitForTimeout(1_500);
  expect(arrived(word)).toHaveLength(1);
});

test('a message goes back to its sender as an attachment of a notice', async ({ page }) => {
  const word = unique('returned');
  const held = await phish('carol@acme.test', word);
  await open(page, `/admin/quarantine/${held.id}`);
  await page.getByRole('button', { name: 'Release to sender' }).click();
  await expect(page.getByTestId('notices')).toContainText('1 returned to the sender');
  await expect(page.getByLabel('Summary')).toContainText('Released');
  await open(page, `/admin/audit?q=quarantine.return`);
  await expect(page.getByRole('row').filter({ hasText: word })).toContainText('bounce@bank-example-login.example');
});

test('a deletion asks first, keeps on no, and deletes on yes', async ({ page }) => {
  const word = unique('deleted');
  const held = await phish('carol@acme.test', word);
  await open(page, `/admin/quarantine?q=${word}`);
  await page.getByRole('checkbox', { name: `Select ${held.subject}` }).check();
  await expect(page.getByTestId('selected')).toHaveText('1 selected');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  const ask = page.getByRole('dialog', { name: 'Delete 1 message?' });
  await expect(ask).toBeVisible();
  await expect(ask.getByRole('button', { name: 'Keep them' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(ask).toBeHidden();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await ask.getByRole('button', { name: 'Keep them' }).click();
  await expect(page.getByTestId('quarantine').locator('tbody tr')).toHaveCount(1);

  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await ask.getByRole('button', { name: 'Delete 1 message' }).click();
  await expect(page.getByTestId('notices')).toContainText('1 deleted');
  await expect(page.getByRole('heading', { name: 'No held message matches' })).toBeVisible();
  await open(page, `/admin/quarantine?q=${word}&all=1`);
  await expect(page.getByTestId('quarantine').locator('tbody tr')).toContainText('Deleted');
  expect(arrived(word)).toEqual([]);
});

test('several messages are released at once from the list', async ({ page }) => {
  const word = unique('bulk');
  await phish('carol@acme.test', `${word}a`);
  await phish('sales@acme.test', `${word}b`);
  await open(page, `/admin/quarantine?q=${word}`);
  for (const box of await page.getByTestId('quarantine').locator('tbody').getByRole('checkbox').all()) await box.check();
  await page.getByRole('button', { name: 'Release', exact: true }).click();
  await expect(page.getByTestId('notices')).toContainText('2 released');
  await expect(page.getByRole('heading', { name: 'No held message matches' })).toBeVisible();
  await arrival(`${word}a`);
  await arrival(`${word}b`);
});

test('the deletion of an opened message is asked for on a page of its own', async ({ page }) => {
  const word = unique('asked');
  const held = await phish('carol@acme.test', word);
  await open(page, `/admin/quarantine/${held.id}`);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Delete 1 message?' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete 1 message' }).click();
  await expect(page).toHaveURL(/\/admin\/quarantine$/);
  await expect(page.getByTestId('notices')).toContainText('1 deleted');
});
