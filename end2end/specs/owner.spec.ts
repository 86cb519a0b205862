import { arrival, arrived, digest, phish, unique } from '../support/mail';
import { site } from '../support/site';
import { expect, isPhone, open, ready, test } from '../support/test';

/** Path of the login link in the owner's newest digest. */
async function link(): Promise<string> {
  const found = /(https?:\/\/[^\s/]+)(\/link\/[\w-]+)/.exec(await digest(site().owner.email));
  expect(found?.[1], 'links are built from the configured URL').toBe(site().url);
  return found?.[2] ?? 'no link';
}

test('the digest’s link and one button lead to one’s own held mail, where a message is released', async ({ page, context }) => {
  const word = unique('owned');
  const held = await phish(site().owner.email, word);
  await page.goto(await link());
  await expect(page.getByRole('heading', { level: 1 })).toContainText(site().owner.email);
  expect((await context.cookies()).filter((c) => c.value)).toEqual([]);
  await page.getByRole('button', { name: 'Open the held mail' }).click();
  await expect(page).toHaveURL(/\/my$/);
  await ready(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Held mail' })).toBeVisible();

  await page.getByTestId('quarantine').getByRole('link', { name: held.subject }).click();
  await expect(page.getByRole('heading', { level: 1, name: held.subject })).toBeVisible();
  await expect(page.getByTestId('headline')).toContainText(/phishing/i);
  await page.getByRole('button', { name: 'Release', exact: true }).click();
  await expect(page.getByTestId('notices')).toContainText('1 released');
  await arrival(word);
});

test.describe('logged in', () => {
  test.use({ as: 'owner' });

  test('the list has one’s own messages and no others', async ({ page }) => {
    const mine = await phish(site().owner.email);
    const other = await phish('carol@acme.test');
    await open(page, '/my');
    const list = page.getByTestId('quarantine');
    await expect(list.getByRole('link', { name: mine.subject })).toBeVisible();
    await expect(list.getByRole('link', { name: other.subject })).toHaveCount(0);
    await expect(list.getByText('carol@acme.test')).toHaveCount(0);
  });

  test('another mailbox’s message is not there, by whatever path', async ({ page, expected }) => {
    expected.push(/status of 40[34]/);
    const word = unique('foreign');
    const other = await phish('carol@acme.test', word);
    expect(await open(page, `/my/message/${other.id}`)).toBe(404);
    await expect(page.getByRole('alert')).toContainText('Not found');
    await expect(page.getByText(other.subject)).toHaveCount(0);
    for (const path of [`/light/message/${other.id}`, `/light/message/${other.id}/headers`, `/message/${other.id}/raw`, `/message/${other.id}/preview`]) {
      const answer = await page.request.get(path);
      expect(answer.status(), path).toBe(404);
      expect(await answer.text(), path).not.toContain(word);
    }
    // Nor can it be released with a form of one's own.
    await open(page, '/my');
    const token = await page.locator('input[name=form_token]').first().inputValue();
    await page.request.post('/fn/quarantine_act', {
      headers: { accept: 'application/json', origin: site().url },
      form: { form_token: token, act: 'release', 'ids[0]': String(other.id) },
    });
    await page.waitForTimeout(1_000);
    expect(arrived(word)).toEqual([]);
  });

  test('the administrator’s pages are not for owners', async ({ page }) => {
    await page.goto('/admin/quarantine');
    await expect(page).toHaveURL(/\/(my|light)$/);
  });

  test('a message is deleted after a question', async ({ page }) => {
    const word = unique('gone');
    const held = await phish(site().owner.email, word);
    await open(page, `/my?q=${word}`);
    await page.getByRole('checkbox', { name: `Select ${held.subject}` }).check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 message' }).click();
    await expect(page.getByTestId('notices')).toContainText('1 deleted');
    await expect(page.getByRole('heading', { name: 'No held message matches' })).toBeVisible();
    expect(arrived(word)).toEqual([]);
  });

  test('how often the digest comes is kept', async ({ page }) => {
    test.skip(isPhone(), 'one mailbox, one setting: set once');
    await open(page, '/my');
    const card = page.getByRole('region', { name: 'Digest of held mail' });
    const radios = card.getByRole('radio');
    const before = await radios.evaluateAll((all) => all.findIndex((r) => (r as HTMLInputElement).checked));
    const after = (before + 1) % (await radios.count());
    await radios.nth(after).check();
    await card.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByTestId('notices')).not.toBeEmpty();
    await page.reload();
    await expect(radios.nth(after)).toBeChecked();
  });
});
