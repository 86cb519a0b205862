// The plain pages in w3m: no script, no style, the keyboard only.
import { execFileSync } from 'node:child_process';
import { phish } from '../support/mail';
import { SESSION, site } from '../support/site';
import { expect, isPhone, test } from '../support/test';

/** What w3m shows of a page. */
function shown(path: string, cookie: string): string {
  const header = ['Accept-Language: en', ...(cookie ? [`Cookie: ${SESSION}=${cookie}`] : [])];
  const args = ['-dump', '-cols', '80', ...header.flatMap((h) => ['-header', h]), `${site().url}${path}`];
  return execFileSync('w3m', args, { encoding: 'utf8', timeout: 30_000, env: { ...process.env, HOME: '/tmp' } });
}

test('held mail is found, read and acted upon in a text browser', async () => {
  test.skip(isPhone(), 'once is enough');
  const held = await phish(site().owner.email);
  const cookie = site().owner.cookie;
  const list = shown('/light', cookie);
  for (const word of ['Held mail', 'Settings', held.subject.slice(0, 20), 'Release', 'Delete', 'Log out']) expect(list).toContain(word);
  const message = shown(`/light/message/${held.id}`, cookie);
  for (const word of [held.subject.slice(0, 20), 'Release', 'Why', 'Text']) expect(message).toContain(word);
  for (const [path, words] of [
    ['/light/settings', ['How often', 'Time zone', 'Save']],
    ['/light/policies', ['Policies', 'Quarantine', 'Save']],
    ['/light/senders', ['Friends', 'Enemies', 'Save']],
  ] as const) {
    const page = shown(path, cookie);
    for (const word of words) expect(page, path).toContain(word);
  }
  expect(shown('/light', '')).toContain('Email address');
});
