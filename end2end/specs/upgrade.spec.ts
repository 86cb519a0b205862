// A page that stands open while the server gets a new version.

import { expect, isPhone, open, test } from '../support/test';

test.use({ as: 'admin' });

test('files of another version are gone, and those of this one are there', async ({ page }) => {
  await open(page, '/admin');
  const css = (await page.locator('link[rel=stylesheet]').first().getAttribute('href')) ?? '';
  expect(css).toMatch(/^\/pkg\/[0-9a-f]{16}\/postern\.css$/);
  expect((await page.request.get(css)).status()).toBe(200);
  for (const other of [css.replace(/[0-9a-f]{16}/, '0123456789abcdef'), '/pkg/postern.css', '/pkg/']) {
    expect((await page.request.get(other)).status()).toBe(410);
  }
});

test('an old page says that there is a new version, and loads it', async ({ page, expected }) => {
  test.skip(isPhone(), 'the navigation is folded');
  expected.push(/410/, /./);
  await open(page, '/admin');
  await page.route(/\/pkg\/.*\.wasm/, (route) => route.fulfill({ status: 410, body: 'gone' }));
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Groups' }).click();
  await expect(page.getByRole('alert')).toContainText('There is a new version of these pages.');
  await page.unroute(/\/pkg\/.*\.wasm/);
  await page.getByRole('button', { name: 'Load again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('#outdated')).toHaveCount(0);
});
