import { expect, isPhone, open, test } from '../support/test';

test.use({ as: 'admin' });

test("today's traffic is a chart by category, and a table says the same", async ({ page }) => {
  await open(page, '/admin');
  const chart = page.getByRole('group', { name: 'Traffic by category' });
  await expect(chart).toBeVisible();
  const summary = (await chart.locator('desc').textContent()) ?? '';
  const total = Number(/(\d+) messages in all/.exec(summary)?.[1]);
  expect(total).toBeGreaterThan(10);
  expect(await chart.locator('rect.part').count()).toBeGreaterThan(3);

  await page.getByText('Show as table').click();
  const table = page.getByRole('region', { name: 'Traffic as a table' }).getByRole('table');
  await expect(table.getByRole('columnheader').first()).toHaveText('From (UTC)');
  await expect(table.getByRole('columnheader', { name: 'Phishing' })).toBeVisible();
  const rows = await table.locator('tbody tr').evaluateAll((list) =>
    list.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent?.replace(/\D/g, '')))),
  );
  for (const [all, ...families] of rows) expect(families.reduce((a, b) => a + b, 0)).toBe(all);
  expect(rows.reduce((sum, row) => sum + (row[0] ?? 0), 0)).toBe(total);
});

test('a bar of the chart tells its figures under the pointer and on focus', async ({ page }) => {
  await open(page, '/admin');
  const bar = page.locator('svg.chart g.col').last();
  const words = await bar.getAttribute('aria-label');
  expect(words).toMatch(/UTC: \d+ messages? \(/);
  await bar.focus();
  await expect(page.locator('.chart-detail')).toHaveText(words ?? '');
});

test('the tiles count what is there and lead to it', async ({ page }) => {
  await open(page, '/admin');
  const held = page.getByRole('link', { name: /^Held now/ });
  expect(Number((await held.textContent())?.replace(/\D/g, ''))).toBeGreaterThan(5);
  await held.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Quarantine' })).toBeVisible();
});

test('the last seven days are one click away', async ({ page }) => {
  await open(page, '/admin');
  await page.getByRole('link', { name: '7 days' }).click();
  await expect(page).toHaveURL(/range=7d/);
  await expect.poll(() => page.locator('svg.chart g.col').count()).toBeGreaterThanOrEqual(28);
  expect(await page.locator('svg.chart g.col').count()).toBeLessThanOrEqual(29);
});

test('Ctrl-K leads into the search, whose page finds domains and messages', async ({ page }) => {
  await open(page, '/admin');
  if (!isPhone()) {
    await page.keyboard.press('Control+k');
    await expect(page.getByLabel('Search everything')).toBeFocused();
  }
  await open(page, '/admin/search?q=acme.test');
  await expect(page.getByRole('heading', { level: 1, name: 'Search' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'acme.test', exact: true })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Held messages' }).getByRole('listitem').first()).toBeVisible();
});
