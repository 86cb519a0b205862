import type { Page } from '@playwright/test';
import { phish } from '../support/mail';
import { type Named, LOGIN, adminPages, hydrates, ownerPages } from '../support/pages';
import { site } from '../support/site';
import { expect, isPhone, open, ready, test } from '../support/test';

/** Pages that are wider than the window, with what sticks out. */
async function tooWide(page: Page, pages: Named[]): Promise<string[]> {
  const out: string[] = [];
  for (const { name, path } of pages) {
    await page.goto(path);
    if (hydrates(path)) await ready(page);
    const [scroll, client, which] = await page.evaluate(() => {
      const root = document.documentElement;
      // What scrolls or is cut off by what stands around it is not to blame.
      const clipped = (e: Element): boolean => {
        const around = e.parentElement;
        return around !== null && around !== document.body && (getComputedStyle(around).overflowX !== 'visible' || clipped(around));
      };
      const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !clipped(e));
      const words = wide.slice(0, 3).map((e) => `${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''}`);
      return [root.scrollWidth, root.clientWidth, words.join(', ')] as const;
    });
    if (scroll > client) out.push(`${name}: ${scroll} px in ${client} px: ${which}`);
  }
  return out;
}

test('no page for strangers scrolls sideways', async ({ page }) => {
  expect(await tooWide(page, LOGIN)).toEqual([]);
});

test.describe('for administrators', () => {
  test.use({ as: 'admin' });
  test('no page scrolls sideways', async ({ page }) => {
    test.setTimeout(180_000);
    const held = await phish('carol@acme.test');
    expect(await tooWide(page, adminPages(held.id))).toEqual([]);
  });
  test('the navigation of a phone is a menu that closes behind one', async ({ page }) => {
    test.skip(!isPhone(), 'wide screens show it at the side');
    await open(page, '/admin');
    await page.getByLabel('Menu').click();
    const menu = page.getByRole('navigation', { name: 'Main, small screen' });
    await menu.getByRole('link', { name: 'Quarantine' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Quarantine' })).toBeVisible();
    await expect(menu).toBeHidden();
  });
});

test.describe('for owners', () => {
  test.use({ as: 'owner' });
  test('no page scrolls sideways', async ({ page }) => {
    const held = await phish(site().owner.email);
    expect(await tooWide(page, ownerPages(held.id))).toEqual([]);
  });
});
