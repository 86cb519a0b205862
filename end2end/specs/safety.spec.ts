import { arrived, digest, phish, unique } from '../support/mail';
import { fetchPage } from '../support/http';
import { site } from '../support/site';
import { expect, open, test } from '../support/test';

test.describe('for administrators', () => {
  test.use({ as: 'admin' });

  test('GET changes nothing, whatever address is guessed', async ({ page }) => {
    const word = unique('get');
    const held = await phish('carol@acme.test', word);
    const { cookie } = site().admin;
    for (const path of [
      `/fn/quarantine_act?act=release&ids[]=${held.id}`,
      `/fn/quarantine_act?act=delete_confirmed&ids[]=${held.id}`,
      `/admin/quarantine?act=release&ids[]=${held.id}`,
      `/admin/quarantine/delete?ids=${held.id}&act=delete_confirmed`,
      `/admin/quarantine/${held.id}?act=release`,
      '/logout',
    ]) {
      const answer = await fetchPage(path, cookie);
      expect(answer.status, path).toBeLessThan(500);
    }
    await open(page, `/admin/quarantine/${held.id}`);
    await expect(page.getByLabel('Summary')).toContainText('Quarantined');
    expect(arrived(word)).toEqual([]);
  });

  test('a form without the session’s token, or from another site, changes nothing', async ({ page }) => {
    const held = await phish('carol@acme.test');
    const { url, admin } = site();
    const post = (token: string, origin: string) =>
      fetch(`${url}/fn/quarantine_act`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: `postern_session=${admin.cookie}`, origin, accept: 'application/json' },
        body: new URLSearchParams({ form_token: token, act: 'release', 'ids[0]': String(held.id) }),
      });
    expect((await post('', url)).status).toBeGreaterThanOrEqual(400);
    await open(page, '/admin');
    const token = await page.locator('input[name=form_token]').first().inputValue();
    expect(token.length).toBeGreaterThan(15);
    expect((await post(token, 'https://evil.example')).status).toBe(403);
    expect((await post('x'.repeat(token.length), url)).status).toBeGreaterThanOrEqual(400);
    await open(page, `/admin/quarantine/${held.id}`);
    await expect(page.getByLabel('Summary')).toContainText('Quarantined');
  });

  test('pages allow only scripts that carry their nonce, and no page is framed', async ({ page }) => {
    const first = await page.request.get('/admin');
    const second = await page.request.get('/admin');
    const nonces = [first, second].map((r) => /script-src 'nonce-([^']+)'/.exec(r.headers()['content-security-policy'] ?? '')?.[1]);
    expect(nonces[0]).toBeTruthy();
    expect(nonces[0]).not.toBe(nonces[1]);
    const policy = first.headers()['content-security-policy'] ?? '';
    const scripts = /script-src ([^;]+)/.exec(policy)?.[1] ?? '';
    expect(scripts).not.toContain('unsafe-inline');
    expect(scripts).not.toContain("'unsafe-eval'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(first.headers()['cache-control']).toBe('no-store');
  });
});

test('opening the link of a digest logs nobody in', async ({ page, context }) => {
  const link = /\/link\/[\w-]+/.exec(await digest(site().owner.email))?.[0] ?? 'no link';
  await page.goto(link);
  expect((await context.cookies()).filter((c) => c.name === 'postern_session' && c.value)).toEqual([]);
  await page.goto('/my');
  await expect(page).toHaveURL(/\/login/);
});

test('a link that was tampered with opens nothing', async ({ page, expected }) => {
  expected.push(/status of 4\d\d/);
  const link = /\/link\/[\w-]+/.exec(await digest(site().owner.email))?.[0] ?? 'no link';
  const broken = link.slice(0, -6) + (link.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA');
  await page.goto(broken);
  await expect(page.getByText(site().owner.email)).toHaveCount(0);
  await expect(page.getByRole('button')).toHaveCount(0);
});

test('strangers get no page and no message', async ({ page, expected }) => {
  expected.push(/status of 40\d/);
  for (const path of ['/admin', '/admin/quarantine/1', '/my', '/light']) {
    await page.goto(path);
    await expect(page.getByLabel('Password'), path).toBeVisible();
  }
  for (const path of ['/message/1/raw', '/message/1/preview']) {
    expect((await page.request.get(path)).status(), path).toBe(401);
  }
});
