// The server without a browser: logging in, and reading a page.

import { SESSION, site } from './site';

/** Logs in; the session cookie's value. */
export async function login(url: string, email: string, password: string): Promise<string> {
  const response = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ email, password, next: '' }),
  });
  const set = response.headers.getSetCookie().find((c) => c.startsWith(`${SESSION}=`));
  if (!set) throw new Error(`${email} cannot log in: ${response.status} to ${response.headers.get('location')}`);
  return set.slice(SESSION.length + 1).split(';')[0] ?? '';
}

/** A page as the person with this session gets it. */
export async function fetchPage(path: string, cookie: string): Promise<{ status: number; body: string }> {
  const headers = { cookie: `${SESSION}=${cookie}`, accept: 'text/html' };
  const response = await fetch(site().url + path, { headers, redirect: 'manual' });
  return { status: response.status, body: await response.text() };
}
