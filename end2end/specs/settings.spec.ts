import { expect, open, scripted, test } from '../support/test';

test.use({ as: 'admin' });
test.describe.configure({ mode: 'serial' });

const PAGE = '/admin/defaults/inbound';

test('a setting is changed, the notice says from what to what, and it is reset', async ({ page }) => {
  await open(page, PAGE);
  const setting = page.locator('[id="s-filtering.office_macro"]');
  const control = page.getByLabel('MS Office file contains macro', { exact: true });
  await control.selectOption('quarantine');
  if (scripted()) {
    await expect(setting.getByText('Not saved yet')).toBeVisible();
    await expect(page.getByText('1 unsaved change')).toBeVisible();
    await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: 'Save' }).click();
  } else {
    await page.getByRole('button', { name: 'Save Filtering Options' }).click();
  }
  await expect(page.getByTestId('notices')).toContainText('MS Office file contains macro: Allow → Quarantine');
  await expect(setting.getByText('Set here')).toBeVisible();
  await setting.getByRole('button', { name: /^Reset to Allow/ }).click();
  if (scripted()) {
    await expect(control).toHaveValue('-');
    await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: 'Save' }).click();
  }
  await expect(setting.getByText('Product default')).toBeVisible();
  if (scripted()) await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
});

test('what is not accepted is said beside the setting, and nothing typed is lost', async ({ page, expected }) => {
  expected.push(/status of 422/);
  await open(page, PAGE);
  const setting = page.locator('[id="s-routing.spool_hours"]');
  await page.getByLabel('Spool messages', { exact: true }).selectOption('=');
  const hours = setting.locator('input[type=number]');
  await hours.evaluate((input) => input.removeAttribute('max'));
  await hours.fill('999');
  await page.getByRole('button', { name: 'Save Routing and Session Management' }).click();
  await expect(setting.locator('.wrong')).toContainText('999 is not between 1 and 320 hours');
  await expect(hours).toHaveValue('999');
  await expect(page.getByRole('alert').getByRole('link')).toHaveAttribute('href', '#f-routing.spool_hours');
});

test('a box narrows the settings to those with the words', async ({ page }) => {
  await open(page, PAGE);
  const box = page.getByRole('searchbox', { name: 'Find a setting' });
  await box.fill('spool');
  if (!scripted()) await box.press('Enter');
  await expect(page.locator('[id="s-routing.spool_hours"]')).toBeVisible();
  await expect(page.locator('[id="s-filtering.junk"]')).toBeHidden();
  await expect(page.locator('section#spf')).toBeHidden();
});

test('a page with unsaved changes is left only when that is meant', async ({ page }) => {
  test.skip(!scripted(), 'script alone can ask');
  await open(page, PAGE);
  await page.getByLabel('Junk', { exact: true }).selectOption('block');
  let asked = 0;
  page.on('dialog', (dialog) => {
    asked += 1;
    void (asked === 1 ? dialog.dismiss() : dialog.accept());
  });
  const away = page.locator('.page-head').getByRole('link', { name: 'System' });
  await away.click();
  expect(asked).toBe(1);
  await expect(page).toHaveURL(/defaults\/inbound/);
  await expect(page.getByLabel('Junk', { exact: true })).toHaveValue('block');
  await away.click();
  await expect(page).toHaveURL(/admin\/settings/);
  expect(asked).toBe(2);
});

test('discarding brings back what was there', async ({ page }) => {
  test.skip(!scripted(), 'the bar is of script');
  await open(page, PAGE);
  const control = page.getByLabel('Junk', { exact: true });
  await control.selectOption('block');
  await page.locator('[id="f-digest.cutoff_hours"]').selectOption('=');
  await expect(page.getByText('2 unsaved changes')).toBeVisible();
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(control).toHaveValue('-');
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
});

test('a row is added to a map, saved, and taken out again', async ({ page }) => {
  await open(page, PAGE);
  const setting = page.locator('[id="s-filtering.attachments"]');
  await page.getByLabel('Attachments', { exact: true }).selectOption('=');
  if (scripted()) await setting.getByRole('button', { name: 'Add row' }).click();
  const row = setting.locator('.map-row').last();
  await row.locator('input[type=text]').first().fill('docx');
  await row.locator('select').selectOption('strip');
  await page.getByRole('button', { name: 'Save Filtering Options' }).click();
  await expect(page.getByTestId('notices')).toContainText('Attachments:');
  await expect(setting.getByText('Set here')).toBeVisible();
  await setting.getByRole('button', { name: /^Reset to/ }).click();
  if (scripted()) await page.getByRole('button', { name: 'Save Filtering Options' }).click();
  await expect(setting.getByText('Product default')).toBeVisible();
});

test('gateways, friends and their comments are kept on the page of the domain', async ({ page }) => {
  await open(page, '/admin/domains/1');
  const friends = page.getByLabel('Friends (optional)');
  const before = await friends.inputValue();
  await friends.fill('partner.test // printers\n192.0.2.0/24');
  await page.getByRole('button', { name: 'Save friends and enemies' }).click();
  await expect(page.getByTestId('notices')).toContainText('2 friends');
  await open(page, '/admin/domains/1');
  await expect(friends).toHaveValue('partner.test // printers\n192.0.2.0/24');
  await friends.fill(before);
  await page.getByRole('button', { name: 'Save friends and enemies' }).click();
  await expect(page.getByTestId('notices')).toContainText('Saved:');
});
