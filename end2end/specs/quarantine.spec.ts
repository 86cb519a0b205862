import { phish, unique } from '../support/mail';
import { expect, isPhone, open, ready, sessionOf, test, watch } from '../support/test';

test.use({ as: 'admin' });

const list = '/admin/quarantine';

test('a search finds held messages by sender, recipient or subject, and says when nothing matches', async ({ page }) => {
  await open(page, list);
  const rows = page.getByTestId('quarantine').locator('tbody tr');
  const box = page.getByLabel('Search held messages');
  for (const word of ['lottery-claims', 'sales@acme.test', 'Barrister Okoye', '14,500,000']) {
    await box.fill(word);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`[?&]q=${encodeURIComponent(word).replace(/%20/g, '(%20|\\+)')}`));
    await expect(rows.filter({ hasNotText: word.includes('@') ? word : 'inheritance' })).toHaveCount(0);
    expect(await rows.count()).toBeGreaterThan(0);
  }
  await box.fill('no-such-thing-anywhere');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'No held message matches' })).toBeVisible();
});

test('one category is one click, and the same URL shows the same list to a colleague', async ({ page, browser }) => {
  // Of one's own, because other specs' mail comes and goes meanwhile.
  const word = unique('shared');
  await phish('carol@acme.test', `${word}a`);
  await phish('sales@acme.test', `${word}b`);
  await open(page, list);
  await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Phishing' }).click();
  await expect(page).toHaveURL(/category=PHISH/);
  const badges = page.getByTestId('quarantine').locator('tbody .badge');
  await expect(badges.filter({ hasNotText: 'Phishing' })).toHaveCount(0);
  expect(await badges.count()).toBeGreaterThanOrEqual(2);
  await page.getByLabel('Search held messages').fill(word);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`q=${word}`));
  await expect(page).toHaveURL(/category=PHISH/);
  const rows = page.getByTestId('quarantine').locator('tbody tr');
  await expect(rows).toHaveCount(2);
  const seen = await rows.locator('a').allTextContents();

  const colleague = await browser.newContext({ storageState: sessionOf('admin') });
  const faults = watch(colleague);
  const other = await colleague.newPage();
  await other.goto(page.url());
  await ready(other);
  expect(await other.getByTestId('quarantine').locator('tbody tr a').allTextContents()).toEqual(seen);
  await expect(other.getByLabel('Search held messages')).toHaveValue(word);
  await colleague.close();
  expect(faults).toEqual([]);

  // Another category: the same words, and nothing that matches.
  await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Virus' }).click();
  await expect(page.getByRole('heading', { name: 'No held message matches' })).toBeVisible();
});

test('the columns sort both ways', async ({ page }) => {
  test.skip(isPhone(), 'cards have no column heads');
  await open(page, `${list}?per_page=500`);
  const senders = () => page.getByTestId('quarantine').locator('tbody tr td[data-label=From]').allTextContents();
  const head = page.getByRole('columnheader', { name: 'From' });
  const folded = (words: string[]) => words.map((w) => w.toLowerCase());
  for (const [order, reverse] of [['ascending', false], ['descending', true]] as const) {
    await head.getByRole('link').click();
    await expect(head).toHaveAttribute('aria-sort', order);
    const got = folded(await senders());
    const wanted = [...got].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    expect(got).toEqual(reverse ? wanted.reverse() : wanted);
  }
});

test('the list goes on over pages, and no message is on two', async ({ page }) => {
  await open(page, `${list}?per_page=4&sort=subject&asc=1&q=acme.test&to=2100-01-01`);
  const links = page.getByTestId('quarantine').locator('tbody tr a[href*="/admin/quarantine/"]');
  const first = await links.evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  expect(first).toHaveLength(4);
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page).toHaveURL(/page=2/);
  await expect(page.getByTestId('list-count')).toHaveText(/^5–8 of \d+ messages$/);
  const second = await links.evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  expect(second.filter((href) => first.includes(href))).toEqual([]);
  await page.goBack();
  await expect(page.getByTestId('list-count')).toHaveText(/^1–4 of/);
  await page.goForward();
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(page.getByTestId('list-count')).toHaveText(/^1–4 of/);
});

test('a range of rows is chosen with shift, all with one box', async ({ page }) => {
  await open(page, `${list}?per_page=6`);
  const boxes = page.getByTestId('quarantine').locator('tbody').getByRole('checkbox');
  await expect(boxes).toHaveCount(6);
  await boxes.nth(1).click();
  await boxes.nth(4).click({ modifiers: ['Shift'] });
  await expect(page.getByTestId('selected')).toHaveText('4 selected');
  if (isPhone()) return;
  await page.getByLabel('Select all on this page').check();
  await expect(page.getByTestId('selected')).toHaveText('6 selected');
});
