import { arrival, phish, unique } from '../support/mail';
import { site } from '../support/site';
import { expect, open, ready, tabTo, test } from '../support/test';

test('from the login to a released message without a pointer', async ({ page }) => {
  const word = unique('keys');
  const held = await phish('carol@acme.test', word);
  await open(page, '/login');
  await tabTo(page, page.getByLabel('Email address'));
  await page.keyboard.type(site().admin.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(site().admin.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/admin$/);
  await ready(page);

  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('link', { name: /^Held now/ }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Quarantine' })).toBeVisible();

  await tabTo(page, page.getByLabel('Search held messages'));
  await page.keyboard.type(word);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`q=${word}`));
  const row = page.getByTestId('quarantine').getByRole('link', { name: held.subject });
  await expect(row).toBeVisible();
  await expect(page.getByTestId('list-count')).toHaveText(/^1 message$/);
  await tabTo(page, row);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: held.subject })).toBeVisible();

  await tabTo(page, page.getByRole('button', { name: 'Release', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('notices')).toContainText('1 released');
  await arrival(word);
});
