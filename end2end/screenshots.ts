// Pictures for the documentation, made of the demo's own mail.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, open, test } from './support/test';

const IMAGES = join(__dirname, '..', 'docs', 'images');
const MAX = 300 * 1024;

test.use({ as: 'admin' });

test('the dashboard', async ({ page }) => {
  await open(page, '/admin');
  await expect(page.locator('svg.chart')).toBeVisible();
  const path = join(IMAGES, 'dashboard.png');
  await page.screenshot({ path, animations: 'disabled' });
  expect(statSync(path).size).toBeLessThan(MAX);
});
