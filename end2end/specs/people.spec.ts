// Passwords and sessions of people, with and without script.

import type { Browser, Page } from '@playwright/test';
import { arrival, unique } from '../support/mail';
import { site } from '../support/site';
import { expect, logIn, open, ready, sessionOf, test, watch } from '../support/test';

const [FIRST, SECOND, THIRD] = ['a long first word', 'a long second word', 'a long third word'];

/** Another browser, watched like the test's own. */
async function another(browser: Browser, who: 'nobody' | 'admin'): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ storageState: sessionOf(who), baseURL: site().url });
  return { page: await context.newPage(), faults: watch(context) };
}

/** The address of a new mailbox, whose person logs in with `FIRST`. */
async function person(browser: Browser): Promise<string> {
  const name = unique('person');
  const { page, faults } = await another(browser, 'admin');
  await open(page, '/admin/mailboxes/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Domain', { exact: true }).selectOption('acme.test');
  await page.locator('input[name=password]').fill(FIRST);
  await page.getByRole('button', { name: 'Add mailbox' }).click();
  await expect(page.getByTestId('notices')).toContainText(`${name}@acme.test`);
  await page.context().close();
  expect(faults).toEqual([]);
  return `${name}@acme.test`;
}

async function logsIn(page: Page, email: string, password: string): Promise<void> {
  await open(page, '/login');
  await logIn(page, email, password);
  await expect(page).toHaveURL(/\/(my|light)/);
}

test('a session is ended from another, and its browser must log in again', async ({ page, browser }) => {
  const email = await person(browser);
  await logsIn(page, email, FIRST);
  const other = await another(browser, 'nobody');
  await logsIn(other.page, email, FIRST);

  await open(page, '/my/sessions');
  await expect(page.getByRole('row').filter({ hasText: 'This session' })).toHaveCount(1);
  const end = page.getByRole('button', { name: /^Log out \d/ });
  await expect(end).toHaveCount(1);
  await end.click();
  await expect(page.getByTestId('notices')).toContainText('The session is over');
  await expect(end).toHaveCount(0);
  await other.page.goto('/my');
  await expect(other.page).toHaveURL(/\/login/);
  await other.page.context().close();
  expect(other.faults).toEqual([]);
});

test('a password is changed by who knows it, and all other sessions end', async ({ page, browser }) => {
  const email = await person(browser);
  const other = await another(browser, 'nobody');
  await logsIn(other.page, email, FIRST);
  await logsIn(page, email, FIRST);
  const change = async (present: string, password: string, again: string) => {
    await open(page, '/password');
    await page.getByLabel('Present password').fill(present);
    await page.getByLabel('New password', { exact: true }).fill(password);
    await page.getByLabel('New password again').fill(again);
    await page.getByRole('button', { name: 'Change password' }).click();
  };
  for (const [present, password, again, said] of [
    ['not the present one', SECOND, SECOND, 'This is not your present password'],
    [FIRST, SECOND, THIRD, 'The two passwords differ'],
    [FIRST, 'short', 'short', '8 to 30 characters'],
  ] as const) {
    await change(present, password, again);
    await expect(page.getByRole('alert').first()).toContainText(said);
    await expect(page.getByLabel('New password', { exact: true })).toHaveValue('');
  }
  await change(FIRST, SECOND, SECOND);
  await expect(page).toHaveURL(/\/(my|light)/);
  await other.page.goto('/my');
  await expect(other.page).toHaveURL(/\/login/);
  await ready(other.page);
  await logIn(other.page, email, SECOND);
  await expect(other.page).toHaveURL(/\/(my|light)/);
  await other.page.context().close();
  expect(other.faults).toEqual([]);
});

test('a forgotten password is replaced by a link that opens once', async ({ page, browser }) => {
  const email = await person(browser);
  await open(page, '/login');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await ready(page);
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByRole('status')).toContainText('If there is a login with this address');

  const link = /\/activate\/[\w-]+/.exec((await arrival(email.split('@')[0] ?? email)).replace(/=\r?\n/g, ''))?.[0] ?? '';
  expect(link).not.toBe('');
  // Looking uses nothing up.
  for (let n = 0; n < 2; n += 1) await open(page, link);
  await page.getByLabel('New password', { exact: true }).fill(THIRD);
  await page.getByLabel('New password again').fill(THIRD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page).toHaveURL(/\/login/);
  await expect(page.getByRole('status')).toContainText('Your password is set');
  await ready(page);
  await logIn(page, email, THIRD);
  await expect(page).toHaveURL(/\/(my|light)/);
  await open(page, link);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('does not work any more');
});
