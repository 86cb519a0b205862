import { site } from '../support/site';
import { expect, isPhone, logIn, open, ready, test } from '../support/test';

test('a wrong password is refused in words, and what was typed stays', async ({ page }) => {
  await open(page, '/login');
  await logIn(page, site().admin.email, 'not-the-password');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page).toHaveURL(/\/login/);
  await expect(page.getByLabel('Email address')).toHaveValue(site().admin.email);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
  expect(await page.context().cookies()).not.toContainEqual(expect.objectContaining({ name: 'postern_session' }));
});

test('an unknown address is answered like a wrong password', async ({ page }) => {
  await open(page, '/login');
  await logIn(page, site().admin.email, 'not-the-password');
  const known = await page.getByRole('alert').textContent();
  await logIn(page, 'nobody@postern.test', 'not-the-password');
  await expect(page.getByLabel('Email address')).toHaveValue('nobody@postern.test');
  await expect(page.getByRole('alert')).toHaveText(known ?? '');
});

test('an administrator logs in, and out again for good', async ({ page, context }) => {
  await open(page, '/');
  await expect(page).toHaveURL(/\/login$/);
  await logIn(page, site().admin.email, site().admin.password);
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  const cookie = (await context.cookies()).find((c) => c.name === 'postern_session');
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });

  await ready(page);
  await page.locator('#menu-account > summary').click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();
  // The session itself is over, not only the browser's copy of it.
  if (cookie) await context.addCookies([cookie]);
  await page.goto('/admin/quarantine');
  await expect(page).toHaveURL(/\/login/);
});

test('a page that needs a login is opened after it', async ({ page }) => {
  await open(page, '/admin/quarantine?category=PHISH');
  await expect(page).toHaveURL(/\/login\?next=/);
  await logIn(page, site().admin.email, site().admin.password);
  await expect(page).toHaveURL(/\/admin\/quarantine\?category=PHISH$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Quarantine' })).toBeVisible();
});

test('a login leads only to our own pages', async ({ page }) => {
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example/']) {
    await page.context().clearCookies();
    await open(page, `/login?next=${encodeURIComponent(next)}`);
    await logIn(page, site().admin.email, site().admin.password);
    await expect(page).toHaveURL(`${site().url}/admin`);
  }
});

test('an owner with a password lands in their own held mail', async ({ page }) => {
  await open(page, '/login');
  await logIn(page, site().owner.email, site().owner.password);
  // On a phone they start with the plain pages, which lead to the full ones.
  await expect(page).toHaveURL(`${site().url}${isPhone() ? '/light' : '/my'}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Held mail' })).toBeVisible();
});
