import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { digest, phish } from '../support/mail';
import { type Named, LOGIN, adminPages, hydrates, ownerPages } from '../support/pages';
import { site } from '../support/site';
import { expect, isPhone, ready, test } from '../support/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds on these pages, in light and, on a wide screen, in dark: colours do not depend on the width. */
async function found(page: Page, pages: Named[]): Promise<string[]> {
  const out: string[] = [];
  for (const { name, path } of pages) {
    for (const colorScheme of isPhone() ? (['light'] as const) : (['light', 'dark'] as const)) {
      await page.emulateMedia({ colorScheme });
      const response = await page.goto(path);
      expect(response?.status(), path).toBe(200);
      if (hydrates(path)) await ready(page);
      // The frame shows a stranger's mail as it is.
      const { violations } = await new AxeBuilder({ page }).withTags(TAGS).exclude('iframe.preview').analyze();
      for (const v of violations) {
        for (const node of v.nodes) out.push(`${name}, ${colorScheme}: ${v.id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`);
      }
    }
  }
  return out;
}

test('axe finds nothing on the login', async ({ page }) => {
  expect(await found(page, LOGIN)).toEqual([]);
});

test('axe finds nothing on the page that a digest leads to', async ({ page }) => {
  const link = /\/link\/[\w-]+/.exec(await digest(site().owner.email))?.[0] ?? 'no link';
  expect(await found(page, [{ name: 'link', path: link }])).toEqual([]);
});

test.describe('for administrators', () => {
  test.use({ as: 'admin' });
  // In parts: axe takes seconds for a page with hundreds of controls.
  const PARTS = 6;
  for (let part = 0; part < PARTS; part += 1) {
    test(`axe finds nothing on any page, part ${part + 1} of ${PARTS}`, async ({ page }) => {
      test.setTimeout(240_000);
      const held = await phish('carol@acme.test');
      const pages = adminPages(held.id).filter((_, n) => n % PARTS === part);
      expect(await found(page, pages)).toEqual([]);
    });
  }
  test('axe finds nothing on a form with errors or an open dialog', async ({ page, expected }) => {
    expected.push(/status of 4(09|22)/);
    await page.goto('/admin/accounts/new');
    await ready(page);
    await page.getByLabel('Name', { exact: true }).fill('acme');
    await page.getByRole('button', { name: 'Add account' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    const form = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    await page.goto('/admin/quarantine?per_page=3');
    await ready(page);
    await page.getByTestId('quarantine').locator('tbody').getByRole('checkbox').first().check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    const dialog = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    const all = [...form.violations, ...dialog.violations].flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html}`));
    expect(all).toEqual([]);
  });
});

test.describe('for owners', () => {
  test.use({ as: 'owner' });
  test('axe finds nothing on any page', async ({ page }) => {
    test.setTimeout(120_000);
    const held = await phish(site().owner.email);
    expect(await found(page, ownerPages(held.id))).toEqual([]);
  });
});
