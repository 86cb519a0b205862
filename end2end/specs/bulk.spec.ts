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
