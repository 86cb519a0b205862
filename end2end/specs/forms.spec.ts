// What administrators do by form works with script and without.

import { arrival, arrived, phish, unique } from '../support/mail';
import { expect, open, test } from '../support/test';

test.use({ as: 'admin' });

test('an account is added, and what is wrong is said', async ({ page, expected }) => {
  expected.push(/status of 4(09|22)/);
  const name = unique('forms');
  await open(page, '/admin/accounts/new');
  await page.getByLabel('Name', { exact: true }).fill('acme');
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('acme');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.getByTestId('notices')).toContainText(name);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a held message is found, opened and released', async ({ page }) => {
  const word = unique('formrelease');
  const held = await phish('carol@acme.test', word);
  await open(page, '/admin/quarantine');
  await page.getByLabel('Search held messages').fill(word);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByRole('link', { name: held.subject }).click();
  await expect(page.getByTestId('headline')).toContainText(/phishing/i);
  await expect(page.getByTestId('why')).toContainText('This decided:');
  await page.getByRole('button', { name: 'Release', exact: true }).click();
  await expect(page.getByTestId('notices')).toContainText('1 released');
  await arrival(word);
});

test('no act is taken without a message being ticked', async ({ page }) => {
  await open(page, '/admin/quarantine');
  const release = page.getByRole('button', { name: 'Release', exact: true });
  if (await release.isDisabled()) return;
  await release.click();
  await expect(page.getByRole('alert')).toContainText('No message is selected');
});

test('a message that is deleted is asked about first', async ({ page }) => {
  const word = unique('formdelete');
  const held = await phish('carol@acme.test', word);
  await open(page, `/admin/quarantine/${held.id}`);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Delete 1 message?' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete 1 message' }).click();
  await expect(page.getByTestId('notices')).toContainText('1 deleted');
  await open(page, `/admin/quarantine?q=${word}&all=1`);
  await expect(page.getByTestId('quarantine').locator('tbody tr')).toContainText('Deleted');
  expect(arrived(word)).toEqual([]);
});

test('a deletion is taken back', async ({ page }) => {
  const word = unique('formundo');
  const held = await phish('carol@acme.test', word);
  await open(page, `/admin/quarantine/delete?ids=${held.id}&back=/admin/quarantine`);
  await page.getByRole('button', { name: 'Delete 1 message' }).click();
  await page.getByTestId('notices').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('notices')).toContainText('1 held again');
  await open(page, `/admin/quarantine/${held.id}`);
  await expect(page.getByRole('button', { name: 'Release', exact: true })).toBeVisible();
});

test('a message is released, learned, and its sender made a friend in one step; its source is plain text', async ({ page }) => {
  const word = unique('formwith');
  const held = await phish('carol@acme.test', word);
  await open(page, `/admin/quarantine/${held.id}`);
  await page.getByText('Release, and let the next one through').click();
  await page.getByLabel(/a friend$/).selectOption('mailbox');
  await page.getByRole('button', { name: 'Release with these' }).click();
  await expect(page.getByTestId('notices')).toContainText('1 released');
  await arrival(word);
  await open(page, `/admin/quarantine/${held.id}`);
  const history = page.getByRole('region', { name: 'History' });
  await expect(history).toContainText('quarantine.learn');
  const source = await page.request.get(`/message/${held.id}/source`);
  expect(source.headers()['content-type']).toBe('text/plain; charset=utf-8');
  expect(await source.text()).toContain(`Subject: ${held.subject}`);
});
