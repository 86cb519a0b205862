import { expect, open, ready, scripted, test } from '../support/test';

test('the login is in the browser’s language, and in the one that is chosen', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL ?? '', locale: 'fr-FR' });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type()) && !/preload/.test(m.text())) faults.push(m.text()); });
  await page.goto('/login');
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Se connecter');
  if (scripted()) await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByLabel('E-Mail-Adresse')).toBeVisible();
  await page.goto('/forgot');
  await expect(page.getByRole('button', { name: 'Link senden' })).toBeVisible();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('button', { name: 'Send the link' })).toBeVisible();
  expect(faults, 'hydration says nothing').toEqual([]);
  await context.close();
});

for (const [locale, held, sessions] of [['de-DE', 'Zurückgehaltene Mails', 'Sitzungen'], ['fr-FR', 'Messages retenus', 'Sessions'], ['es-ES', 'Correo retenido', 'Sesiones']] as const) {
  test.describe(locale, () => {
    test.use({ as: 'owner', locale });

    test('an owner’s pages are in that language, also those that are opened later', async ({ page }) => {
      await open(page, '/my');
      await expect(page.locator('html')).toHaveAttribute('lang', locale.slice(0, 2));
      await expect(page.getByRole('heading', { level: 1, name: held })).toBeVisible();
      await page.locator('#menu-account summary').click();
      await page.locator('#menu-account').getByRole('link', { name: sessions }).click();
      await expect(page.getByRole('heading', { level: 1, name: sessions })).toBeVisible();
      await ready(page);
      await page.goto('/light');
      await expect(page.getByRole('heading', { level: 1, name: held })).toBeVisible();
    });
  });
}

test.describe('an administrator', () => {
  test.use({ as: 'admin', locale: 'de-DE' });

  test('has menus in the chosen language', async ({ page }) => {
    await open(page, '/admin');
    await expect(page.getByRole('link', { name: 'Postfächer', includeHidden: true }).first()).toBeAttached();
    await page.getByRole('button', { name: 'Español' }).click();
    await ready(page);
    await expect(page.getByRole('link', { name: 'Buzones', includeHidden: true }).first()).toBeAttached();
    await expect(page.locator('main')).toHaveAttribute('lang', 'en');
  });
});
