// The `test` of all specs: who is logged in, and a watch over everything the browser complains about.

import { test as base, type BrowserContext, expect, type Locator, type Page } from '@playwright/test';
import { SESSION, site } from './site';

type Who = 'nobody' | 'admin' | 'owner';

interface Fixtures {
  /** Whose session the browser has. */
  as: Who;
  /** Console messages that a spec provokes on purpose. */
  expected: RegExp[];
}

/** A browser's state in which `who` is logged in. */
export function sessionOf(who: Who) {
  const { url, admin, owner } = site();
  const value = who === 'admin' ? admin.cookie : who === 'owner' ? owner.cookie : '';
  const cookie = { name: SESSION, value, domain: new URL(url).hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' as const };
  return { cookies: value ? [cookie] : [], origins: [] };
}

/** Collects what must not happen on any page: script errors, policy violations, requests to elsewhere, server errors. */
export function watch(context: BrowserContext): string[] {
  const faults: string[] = [];
  const { url } = site();
  // The sandboxed frame of a held message refuses the scripts with which the test tool looks into frames; that the
  // message itself brings none is shown by message.spec.ts.
  const preview = /^Blocked script execution in '[^']*\/message\/\d+\/preview'/;
  // A remark about time: without script, or on a busy machine, what is preloaded is not asked for within seconds.
  const preload = /was preloaded using link preload but not used/;
  context.on('weberror', (e) => faults.push(`script error: ${e.error().message}`));
  context.on('console', (m) => {
    const loud = m.type() === 'error' || m.type() === 'warning';
    if (loud && !preview.test(m.text()) && !preload.test(m.text())) faults.push(`console ${m.type()}: ${m.text()} (${m.location().url})`);
  });
  context.on('request', (r) => {
    const ours = r.url().startsWith(`${url}/`) || r.url().startsWith('data:') || r.url().startsWith('blob:');
    if (!ours) faults.push(`request to elsewhere: ${r.url()}`);
  });
  context.on('response', (r) => {
    if (r.status() >= 500) faults.push(`${r.status()} for ${r.url()}`);
  });
  return faults;
}

export const test = base.extend<Fixtures>({
  as: ['nobody', { option: true }],
  expected: async ({}, use) => use([]),
  baseURL: async ({}, use) => use(site().url),
  storageState: async ({ as }, use) => use(sessionOf(as)),
  context: async ({ context, expected }, use) => {
    const faults = watch(context);
    await use(context);
    expect(faults.filter((f) => !expected.some((e) => e.test(f))), 'what the browser complained about').toEqual([]);
  },
});

export { expect };

export const scripted = () => test.info().project.use.javaScriptEnabled !== false;
export const isPhone = () => test.info().project.name === 'phone';

/** Waits until the page answers to script, where there is script. */
export async function ready(page: Page): Promise<void> {
  if (scripted()) await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}

/** Opens a hydrated page; the status of the answer. */
export async function open(page: Page, path: string): Promise<number> {
  const response = await page.goto(path);
  await ready(page);
  return response?.status() ?? 0;
}

/** Fills the login and sends it. */
export async function logIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Presses Tab until `wanted` has the focus. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let n = 0; n < 150; n += 1) {
    if (await wanted.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${wanted}`);
}
