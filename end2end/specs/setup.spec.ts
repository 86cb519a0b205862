import { arrival, header, letter, unique } from '../support/mail';
import { site } from '../support/site';
import { expect, open, test } from '../support/test';

test.use({ as: 'admin' });

test('an account, a domain with its gateway and a mailbox are added, and mail flows there', async ({ page }) => {
  const name = unique('shop');
  const domain = `${name}.test`;

  await open(page, '/admin');
  await page.locator('#menu-add > summary').click();
  await page.locator('#menu-add').getByRole('link', { name: 'Account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Add account' })).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.getByTestId('notices')).toContainText(name);

  await open(page, '/admin/domains/new');
  await page.locator('#f-account').selectOption(name);
  await page.getByLabel('Domain name').fill(domain);
  await page.getByLabel('Mail gateways').fill(site().gateway);
  await page.getByRole('button', { name: 'Add domain' }).click();
  await expect(page.getByTestId('notices')).toContainText(domain);

  await open(page, '/admin/mailboxes/new');
  await page.getByLabel('Name', { exact: true }).fill('ann');
  await page.getByLabel('Domain', { exact: true }).selectOption(domain);
  await page.getByLabel('Other names (optional)').fill('orders');
  await page.getByRole('button', { name: 'Add mailbox' }).click();
  await expect(page.getByTestId('notices')).toContainText(`ann@${domain}`);

  await open(page, `/admin/domains?q=${name}`);
  await expect(page.getByRole('table').getByRole('row').filter({ hasText: domain })).toContainText(site().gateway);
  await page.getByRole('link', { name: domain }).click();
  await expect(page.getByRole('heading', { level: 1, name: domain })).toBeVisible();
  await expect(page.getByLabel('Mail for addresses that do not exist')).toHaveValue('reject');

  await expect(async () => letter(`orders@${domain}`, name)).toPass({ timeout: 10_000 });
  const mail = await arrival(name);
  expect(header(mail, 'X-MAG-CATEGORY')).toBe('CLEAN');

  await open(page, `/admin/audit?q=${domain}`);
  await expect(page.getByRole('row').filter({ hasText: 'domain.add' }).filter({ hasText: site().admin.email })).toBeVisible();
});

test('what cannot be is said beside the field and at the top, and nothing typed is lost', async ({ page, expected }) => {
  expected.push(/status of 422/);
  await open(page, '/admin/domains/new');
  const name = page.getByLabel('Domain name');
  await name.fill('acme.test');
  await page.getByLabel('Mail gateways').fill('mx.acme.test:25\nnot a host');
  await page.getByRole('button', { name: 'Add domain' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.locator('[aria-invalid=true]').first()).toBeVisible();
  await expect(name).toHaveValue('acme.test');
  await expect(page.getByLabel('Mail gateways')).toHaveValue('mx.acme.test:25\nnot a host');
});

test('an account of the same name is not added twice', async ({ page, expected }) => {
  expected.push(/status of 4(09|22)/);
  await open(page, '/admin/accounts/new');
  await page.getByLabel('Name', { exact: true }).fill('acme');
  await page.getByRole('button', { name: 'Add account' }).click();
  const alert = page.getByRole('alert');
  await expect(alert).toBeVisible();
  await expect(page).toHaveURL(/\/admin\/accounts\/new$/);
  await open(page, '/admin/accounts?q=acme');
  await expect(page.getByTestId('list-count')).toHaveText(/^1 account$/);
});
