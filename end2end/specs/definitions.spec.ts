// Brands, verifiers, notifications and moving outbound IPs, with and without script.

import { unique } from '../support/mail';
import { expect, open, test } from '../support/test';

// The browser tells of the refusals that are provoked, and of a page that asked once more for the brand that is gone.
test.use({ as: 'admin', expected: [/status of 422|status of 404 .*fn\/brand\?/] });

test('a verifier is added by its type, changed, and deleted', async ({ page }) => {
  const name = unique('directory');
  await open(page, '/admin/verifiers/new');
  await page.getByRole('link', { name: 'LDAP', exact: true }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Servers').fill('ldap.acme.test:389 start_tls');
  await page.getByLabel('Bind name').fill('cn=search');
  await page.getByLabel('Bind password').fill('hush hush');
  await page.getByRole('button', { name: 'Add verifier' }).click();
  await expect(page.getByTestId('notices')).toContainText(`Verifier ${name} added`);
  await expect(page.getByLabel('Servers')).toHaveValue('ldap.acme.test:389 start_tls');
  await expect(page.getByLabel('Bind password')).toHaveValue('');
  await expect(page.getByText('It is set. Empty: it stays as it is.')).toBeVisible();
  await page.getByLabel('Filter query', { exact: true }).fill('(mail=%x)');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').first()).toContainText('Filter query');
  await expect(page.getByLabel('Filter query', { exact: true })).toHaveValue('(mail=%x)');
  await page.getByRole('link', { name: 'Delete' }).click();
  await page.getByRole('button', { name: /^Delete/ }).click();
  await expect(page.getByTestId('notices')).toContainText('1 deleted');
});

test('a notification has the conditions of its event', async ({ page }) => {
  const name = unique('offline');
  await open(page, '/admin/notifications/new');
  await page.getByRole('link', { name: 'Remote Server Offline' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Sender', { exact: true }).fill('gate@acme.test');
  await page.getByLabel('Recipients', { exact: true }).fill('it@acme.test');
  await page.getByLabel('Offline duration').fill('soon');
  await page.getByRole('button', { name: 'Add notification' }).click();
  await expect(page.getByRole('alert').first()).toContainText('soon');
  await page.getByLabel('Offline duration').fill('5m');
  await page.getByRole('button', { name: 'Add notification' }).click();
  await expect(page.getByTestId('notices')).toContainText(`Notification ${name} added`);
  await expect(page.getByLabel('Offline duration')).toHaveValue('5m');
});

test('a brand has a host name and settings of its own', async ({ page }) => {
  const name = unique('brand');
  await open(page, '/admin/brands/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Host name').fill(`${name}.test`);
  await page.getByRole('button', { name: 'Add brand' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page.getByLabel('Host name')).toHaveValue(`${name}.test`);
  await page.getByLabel('Host name').fill('not a host');
  await page.getByRole('button', { name: 'Save host name' }).click();
  await expect(page.getByRole('alert').first()).toContainText('not a host');
  await page.getByLabel(`Yes, delete ${name}`).check();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByTestId('notices')).toContainText(`Brand ${name} deleted`);
});
