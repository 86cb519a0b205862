import { phish } from '../support/mail';
import { site } from '../support/site';
import { expect, open, test } from '../support/test';

test.use({ as: 'admin' });

test('a message page opens with what it is, and shows every analyser and the one that decided', async ({ page }) => {
  const held = await phish('carol@acme.test');
  await open(page, `/admin/quarantine/${held.id}`);
  await expect(page.getByRole('heading', { level: 1, name: held.subject })).toBeVisible();
  const headline = page.getByTestId('headline');
  await expect(headline).toContainText(/phishing/i);
  await expect(page.getByLabel('Summary').locator('.badge')).toHaveText('Phishing');

  const why = page.getByTestId('why');
  expect(await why.locator('ol.why > li').count()).toBeGreaterThan(8);
  await expect(why.getByText('This decided:')).toHaveCount(1);
  await expect(why.locator('li.decided')).toContainText('Phishing');
  await expect(why.getByText(/nothing found/).first()).toBeVisible();

  await page.getByText(/^\d+ headers$/).click();
  const headers = page.getByRole('region', { name: 'Headers' });
  await expect(headers.getByRole('row').filter({ hasText: 'Subject' })).toContainText(held.subject);
  await expect(headers.getByRole('row').filter({ hasText: 'Received' }).first()).toContainText('mx.postern.test');
  const envelope = page.getByRole('region', { name: 'Envelope' });
  await expect(envelope).toContainText('bounce@bank-example-login.example');
  await expect(envelope).toContainText('carol@acme.test');
});

test('the preview shows the words and nothing that runs, loads or sends', async ({ page }) => {
  const held = await phish('carol@acme.test');
  const asked: string[] = [];
  page.on('request', (r) => asked.push(r.url()));
  page.on('dialog', (d) => {
    asked.push(`dialog: ${d.message()}`);
    void d.dismiss();
  });
  await open(page, `/admin/quarantine/${held.id}`);
  const title = await page.title();
  const frame = page.locator('iframe.preview');
  await expect(frame).toHaveAttribute('sandbox', '');
  const body = page.frameLocator('iframe.preview');
  await expect(body.getByText('your account has been suspended')).toBeVisible();
  const source = await page.request.get(`/message/${held.id}/preview`);
  const html = (await source.text()).toLowerCase();
  for (const bad of ['<script', '<form', '<input', 'onerror', 'src="http', 'javascript:']) expect(html).not.toContain(bad);
  const policy = source.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain('sandbox');
  await page.waitForLoadState('networkidle');
  expect(asked.filter((url) => !url.startsWith(site().url))).toEqual([]);
  expect(await page.title()).toBe(title);
});

test('the message can be saved as it came', async ({ page }) => {
  const held = await phish('carol@acme.test');
  await open(page, `/admin/quarantine/${held.id}`);
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe(`message-${held.id}.eml`);
  const raw = await page.request.get(`/message/${held.id}/raw`);
  expect(raw.headers()['content-disposition']).toContain('attachment');
  expect(await raw.text()).toContain(`Subject: ${held.subject}`);
});

test('a message that is not there is said not to be', async ({ page, expected }) => {
  expected.push(/status of 404/);
  expect(await open(page, '/admin/quarantine/999999999')).toBe(404);
  await expect(page.getByRole('alert')).toContainText('Not found');
});
