import { expect, isPhone, open, test } from '../support/test';

test.use({ as: 'admin' });

test('a list is searched, sorted and narrowed in its address', async ({ page }) => {
  await open(page, '/admin/mailboxes');
  await page.getByRole('searchbox', { name: 'Search mailboxes' }).fill('bob');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page).toHaveURL(/q=bob/);
  await expect(page.getByRole('link', { name: 'bob@acme.test', exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Inactive', exact: true }).click();
  await expect(page).toHaveURL(/state=inactive/);
  await expect(page.getByRole('heading', { name: 'No mailbox matches' })).toBeVisible();
  await page.getByRole('link', { name: 'Show all mailboxes' }).click();
  await expect(page).toHaveURL(/\/admin\/mailboxes$/);
  if (isPhone()) return;
  await page.getByRole('columnheader', { name: 'Address' }).getByRole('link').click();
  await expect(page).toHaveURL(/sort=address&desc=1/);
  await expect(page.getByRole('columnheader', { name: 'Address' })).toHaveAttribute('aria-sort', 'descending');
});

test('columns can be left out', async ({ page }) => {
  test.skip(isPhone(), 'cards have no columns to leave out');
  await open(page, '/admin/domains');
  await page.getByText('Columns', { exact: true }).click();
  await page.getByLabel('Mail gateways').uncheck();
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Account' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Mail gateways' })).toHaveCount(0);
});

test('the file has all rows that match', async ({ page }) => {
  const answer = await page.request.get('/admin/lists/mailboxes.csv?q=bob');
  expect(answer.headers()['content-type']).toContain('text/csv');
  const lines = (await answer.text()).trim().split('\r\n');
  expect(lines[0]).toBe('Address,Other names,State,Password,Held,Added');
  expect(lines.slice(1).every((l) => l.includes('bob'))).toBe(true);
  expect(lines.length).toBeGreaterThan(1);
});

test('chosen rows are changed, and deleted after a question', async ({ page }, info) => {
  const name = `rows${info.project.name}${Date.now()}`;
  await open(page, '/admin/mailboxes/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Add mailbox' }).click();
  await expect(page.getByTestId('notices')).toContainText(name);
  await open(page, `/admin/mailboxes?q=${name}`);
  const row = page.getByRole('row').filter({ hasText: name });
  await page.getByRole('checkbox', { name: new RegExp(`Select ${name}`) }).check();
  await page.getByRole('button', { name: 'Make inactive' }).click();
  await expect(row.getByText('Inactive')).toBeVisible();
  await page.getByRole('checkbox', { name: new RegExp(`Select ${name}`) }).check();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Delete 1 mailbox?' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete 1 mailbox' }).click();
  await expect(page.getByRole('heading', { name: 'No mailbox matches' })).toBeVisible();
});

test('the search narrows as one types, and Enter takes the first', async ({ page }) => {
  await open(page, '/admin');
  const box = page.getByRole('combobox', { name: 'Search everything' });
  await box.click();
  await box.pressSequentially('bob@ac');
  await expect(page.getByRole('option', { name: 'bob@acme.test' })).toBeVisible();
  const found = page.getByRole('listbox', { name: 'Found' }).getByRole('option');
  await expect(found.first()).toHaveAttribute('aria-selected', 'true');
  await box.fill('content fil');
  await expect(found.first()).toHaveText('Content filters');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Content filters' })).toBeVisible();
});

test('tiles are moved by button and stay', async ({ page }) => {
  await open(page, '/admin');
  const order = () => page.locator('[data-tile]').evaluateAll((all) => all.map((t) => t.getAttribute('data-tile')));
  const before = await order();
  expect(before).toHaveLength(6);
  await page.locator('[data-tile]').nth(1).getByRole('button', { name: / on$/ }).click();
  await expect.poll(order).not.toEqual(before);
});

test('the wizard leads from an account to the records and a check', async ({ page }, info) => {
  const name = `first${info.project.name}${Date.now()}`;
  await open(page, '/admin/start');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Add and go on' }).click();
  await page.getByLabel('Domain name').fill(`${name}.test`);
  await page.getByLabel('Mail gateways').fill('127.0.0.1:1');
  await page.getByRole('button', { name: 'Add and go on' }).click();
  await expect(page.getByLabel(`MX record of ${name}.test`, { exact: true })).toHaveValue(/^10 mx\.postern\.test\.$/);
  await expect(page.getByLabel(`TXT record of ${name}.test`, { exact: true })).toHaveValue('v=spf1 a:mx.postern.test -all');
  await expect(page.getByText(/No connection/)).toBeVisible();
});

test.describe('forms that are wrong at first', () => {
  // The browser tells of the refusal that is provoked.
  test.use({ expected: [/status of 422/] });

  test('an administrator and a content filter are added', async ({ page }, info) => {
    const name = `new${info.project.name}${Date.now()}`;
    await open(page, '/admin/administrators/new');
    await page.getByLabel('Email address').fill(`${name}@acme.test`);
    await page.getByLabel('Role').selectOption('operator');
    await page.getByRole('button', { name: 'Add administrator' }).click();
    await expect(page.getByTestId('notices')).toContainText('activation mail');
    await open(page, '/admin/content-filters/new');
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Expressions, one a line').fill('top secret\nbroken(');
    await page.getByRole('button', { name: 'Add content filter' }).click();
    await expect(page.getByRole('alert')).toContainText('unclosed group');
    await page.getByLabel('Expressions, one a line').fill('top secret');
    await page.getByRole('button', { name: 'Add content filter' }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  });
});
