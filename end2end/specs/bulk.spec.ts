import { unique } from '../support/mail';
import { expect, open, ready, test } from '../support/test';

test.use({ as: 'admin' });

test('mailboxes are pasted, chosen, counted, changed and deleted, with what failed by name', async ({ page }) => {
  const name = unique('bulk');
  await open(page, '/admin/bulk/new?of=import&domain=acme.test');
  await page.getByLabel('Mailboxes', { exact: true }).fill(`${name}-a, ${name}-x\n${name}-b\nnot an address at all\n${name}-c`);
  await page.getByRole('button', { name: 'Add mailboxes' }).click();
  await expect(page.getByTestId('bulk-state')).toHaveText('Done: 4 of 4 objects, 1 failed');
  await expect(page.getByRole('table')).toContainText('line 3');

  await open(page, '/admin/bulk/new');
  await page.locator('#f-q').fill(name);
  await page.getByRole('button', { name: 'Choose' }).click();
  await expect(page.getByTestId('bulk-count')).toHaveText('3 mailboxes chosen');
  await ready(page);
  await page.getByText('Filtering Options', { exact: true }).first().click();
  await page.getByLabel('Junk', { exact: true }).selectOption('block');
  await page.getByLabel('Yes, do this to 3 mailboxes').check();
  await page.getByRole('button', { name: 'Change 3 mailboxes' }).click();
  await expect(page.getByTestId('bulk-state')).toHaveText('Done: 3 of 3 objects, 0 failed');

  await open(page, `/admin/bulk/new?of=mailboxes&q=${name}`);
  await page.getByLabel('Yes, do this to 3 mailboxes').check();
  await page.getByRole('button', { name: 'Delete 3 mailboxes' }).click();
  await expect(page.getByTestId('bulk-state')).toHaveText('Done: 3 of 3 objects, 1 failed');
  await expect(page.getByRole('table')).toContainText(`${name}-a@acme.test`);

  await open(page, '/admin/bulk');
  await expect(page.getByRole('row').filter({ hasText: 'Delete mailboxes' }).first()).toContainText('Done');
});

test('chosen mailboxes join a group of their domain', async ({ page, expected }) => {
  expected.push(/status of 422/);
  const [name, group] = [unique('join'), unique('team')];
  await open(page, '/admin/groups/new');
  await page.getByLabel('Domain').selectOption({ label: 'acme.test' });
  await page.getByLabel('Name', { exact: true }).fill(group);
  await page.getByRole('button', { name: 'Add group' }).click();
  await expect(page.getByTestId('notices')).toContainText(group);
  await open(page, '/admin/bulk/new?of=import&domain=acme.test');
  await page.getByLabel('Mailboxes', { exact: true }).fill(`${name}-a\n${name}-b`);
  await page.getByRole('button', { name: 'Add mailboxes' }).click();
  await expect(page.getByTestId('bulk-state')).toHaveText('Done: 2 of 2 objects, 0 failed');
  const join = async (path: string) => {
    await open(page, path);
    await page.getByLabel(/^Join groups/).fill(group);
    await page.getByLabel('Yes, do this to 2 mailboxes').check();
    await page.getByRole('button', { name: 'Change 2 mailboxes' }).click();
  };
  await join(`/admin/bulk/new?of=mailboxes&q=${name}`);
  await expect(page.getByRole('alert').first()).toContainText('choose the mailboxes by their domain');
  await join(`/admin/bulk/new?of=mailboxes&q=${name}&domain=acme.test`);
  await expect(page.getByTestId('bulk-state')).toHaveText('Done: 2 of 2 objects, 0 failed');
  await open(page, `/admin/groups?q=${group}`);
  await expect(page.getByRole('row').filter({ hasText: group })).toContainText('2');
});
