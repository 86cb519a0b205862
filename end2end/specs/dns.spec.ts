// Status, DKIM keys and connection tests, with script and without.

import { expect, isPhone, open, ready, test } from '../support/test';
import { unique } from '../support/mail';

test.use({ as: 'admin' });

test('the status of a domain says of every record how it is and what to publish, and is asked again', async ({ page }) => {
  await open(page, '/admin/domains/1');
  await page.getByRole('link', { name: 'Status', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Status of /);
  for (const title of ['Mail gateways', 'MX: where its mail goes', 'SPF: who may send for it', 'DMARC: what receivers do about forgeries', 'MTA-STS: encrypted delivery to it', 'TLS-RPT: reports about encryption']) {
    await expect(page.getByRole('heading', { level: 2, name: title })).toBeVisible();
  }
  await expect(page.getByTestId('status-summary')).toBeVisible();
  await expect(page.locator('[data-health]').first()).toBeVisible();
  await page.getByRole('link', { name: 'Check again' }).click();
  await expect(page).toHaveURL(/again=\d+/);
  await expect(page.getByTestId('status-summary')).toBeVisible();
});

test('a key is made, does not sign without its record unless one insists, is followed by another, and deleted', async ({ page, expected }) => {
  test.skip(isPhone(), 'one at a time: the domain has a bounded number of keys');
  expected.push(/status of 409/);
  const [first, second] = [unique('a'), unique('b')].map((s) => s.toLowerCase());
  await open(page, '/admin/domains/1/dkim');
  const card = (selector: string) => page.getByRole('region', { name: `${selector} (Ed25519)` });
  for (const selector of [first!, second!]) {
    await page.getByLabel('Kind').selectOption('ed25519');
    await page.getByLabel(/^Selector/).fill(selector);
    await page.getByRole('button', { name: 'Generate key' }).click();
    await expect(card(selector)).toContainText('New');
  }
  const record = card(first!).getByLabel('Its value', { exact: true });
  await expect(record).toHaveValue(/^v=DKIM1; k=ed25519; p=/);
  await page.getByRole('button', { name: `Let ${first} sign` }).click();
  await expect(page.getByRole('alert').first()).toContainText('was not let sign');
  for (const selector of [first!, second!]) {
    await ready(page);
    await card(selector).getByText('Let it sign although').click();
    await page.getByRole('button', { name: `Let ${selector} sign` }).click();
    await expect(card(selector).getByText('Signs', { exact: true })).toBeVisible();
  }
  await expect(card(first!).getByText('Retired', { exact: true })).toBeVisible();
  for (const act of ['Retire', 'Delete']) {
    await card(second!).getByText(act, { exact: true }).click();
    await card(second!).getByText(/^Yes, /).first().click();
    await page.getByRole('button', { name: `${act} ${second}` }).click();
    if (act === 'Retire') await expect(card(second!).getByText('Retired', { exact: true })).toBeVisible();
  }
  await expect(card(second!)).toHaveCount(0);
  await card(first!).getByText('Delete', { exact: true }).click();
  await card(first!).getByText(/^Yes, /).first().click();
  await page.getByRole('button', { name: `Delete ${first}` }).click();
  await expect(card(first!)).toHaveCount(0);
});

test('a gateway is tried step by step, and nothing is sent', async ({ page }) => {
  await open(page, '/admin/domains/1/test');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Connection to /);
  const host = page.locator('section.card').first();
  await expect(host.getByRole('heading', { name: 'Steps' })).toBeVisible();
  expect(await host.locator('ol > li').count()).toBeGreaterThanOrEqual(2);
  await expect(host.getByRole('table').getByRole('row')).toHaveCount(7);
  await page.getByRole('link', { name: 'Test again' }).click();
  await expect(page).toHaveURL(/again=1/);
});
