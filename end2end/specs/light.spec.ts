// The plain pages: the same with and without script, on all screens.

import { arrival, arrived, digest, phish, unique } from '../support/mail';
import { site } from '../support/site';
import { expect, test } from '../support/test';

test('the digest’s link leads to plain pages, where a message is found, read and released', async ({ page, context }) => {
  const word = unique('plainly');
  const held = await phish(site().owner.email, word);
  const link = /\/link\/[\w-]+/.exec(await digest(site().owner.email))?.[0] ?? 'no link';
  await page.goto(link);
  expect((await context.cookies()).filter((c) => c.value)).toEqual([]);
  await page.getByRole('button', { name: 'Open the low-bandwidth version' }).click();
  await expect(page).toHaveURL(/\/light$/);

  await page.getByLabel('Sender or subject').fill(word);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: held.subject }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(held.subject);
  await expect(page.getByText('This decided: Phishing')).toBeVisible();
  await expect(page.locator('pre')).toContainText('your account has been suspended');
  await page.getByRole('link', { name: 'Headers' }).click();
  await expect(page.locator('pre')).toContainText('Subject:');
  await page.goBack();
  await page.getByRole('button', { name: 'Release' }).click();
  await expect(page.getByRole('status')).toContainText('1 released');
  await arrival(word);
});

test('a link to one message opens that message', async ({ page }) => {
  const text = await digest(site().owner.email);
  const [path, id] = /\/link\/[\w-]+\?message=(\d+)/.exec(text) ?? [];
  expect(path, 'a row of the digest has its own link').toBeTruthy();
  await page.goto(path ?? '');
  await page.getByRole('button', { name: 'Open the low-bandwidth version' }).click();
  await expect(page).toHaveURL(`${site().url}/light/message/${id}`);
});

test('a password logs in to the plain pages, and out', async ({ page, expected }) => {
  expected.push(/status of 403/);
  await page.goto('/light');
  await page.getByLabel('Email address').fill(site().owner.email);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Password').fill(site().owner.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Held mail' })).toBeVisible();
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByLabel('Password')).toBeVisible();
  await page.goto('/light');
  await expect(page.getByLabel('Password')).toBeVisible();
});

test.describe('logged in', () => {
  test.use({ as: 'owner' });

  test('a deletion asks on a page of its own', async ({ page }) => {
    const word = unique('plaindel');
    const held = await phish(site().owner.email, word);
    await page.goto(`/light?q=${word}`);
    await page.getByRole('checkbox', { name: held.subject }).check();
    await page.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Delete 1 message?' })).toBeVisible();
    await page.getByRole('link', { name: 'Keep' }).click();
    await expect(page.getByRole('link', { name: held.subject })).toBeVisible();
    await page.getByRole('checkbox', { name: held.subject }).check();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete 1 message' }).click();
    await expect(page.getByRole('status')).toContainText('1 deleted');
    await expect(page.getByRole('link', { name: held.subject })).toHaveCount(0);
    expect(arrived(word)).toEqual([]);
  });

  test('a plain page is small, and brings nothing with it', async ({ page }) => {
    const held = await phish(site().owner.email);
    for (const path of ['/light', `/light/message/${held.id}`, '/light/settings', '/light/senders', '/light/policies']) {
      const asked: string[] = [];
      const count = (r: { url(): string }) => asked.push(r.url());
      page.on('request', count);
      const response = await page.goto(path);
      page.off('request', count);
      expect((await response?.body())?.length, path).toBeLessThan(14_000);
      expect(await page.locator('script').count()).toBe(0);
      expect(asked.filter((u) => !u.endsWith(path) && !u.endsWith('/favicon.svg'))).toEqual([]);
    }
  });

  test('what is written in a plain page and in the full one is the same message', async ({ page }) => {
    const held = await phish(site().owner.email);
    await page.goto(`/light/message/${held.id}`);
    await page.getByRole('link', { name: 'Full version' }).click();
    await expect(page).toHaveURL(`${site().url}/my/message/${held.id}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(held.subject);
  });
});
