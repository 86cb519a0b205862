// One `postern serve --demo` with a data directory of its own, on ports that were free.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from './site';

/** A debug build filters the 20 MB sample slowly on a busy machine. */
const PATIENCE = 120_000;

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

function binary(): string {
  const target = process.env.CARGO_TARGET_DIR;
  const path = process.env.POSTERN_BIN ?? (target ? join(target, 'debug/postern') : 'target/debug/postern');
  if (!existsSync(path)) throw new Error(`${path} is not there: build the server, or set POSTERN_BIN`);
  return path;
}

export interface Running {
  site: Site;
  stop(): Promise<void>;
}

export async function start(): Promise<Running> {
  const program = binary();
  const data = mkdtempSync(join(tmpdir(), 'postern-end2end-'));
  const [http, smtp] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${http}`;
  const admin = { email: 'admin@postern.test', password: 'Pine-Harbour-17', cookie: '' };
  const config = join(data, 'postern.toml');
  writeFileSync(
    config,
    `data = "${data}"\nhostname = "mx.postern.test"\n[http]\nlisten = "127.0.0.1:${http}"\nurl = "${url}"\n` +
      `[smtp]\ninbound = ["127.0.0.1:${smtp}"]\n[scan]\nclamd = ""\n` +
      `[admin]\nemail = "${admin.email}"\npassword = "${admin.password}"\n`,
  );
  const logPath = join(data, 'server.log');
  const out = openSync(logPath, 'a');
  const child = spawn(program, ['serve', '--config', config, '--demo'], { stdio: ['ignore', out, out] });
  closeSync(out);
  const log = () => readFileSync(logPath, 'utf8');
  const stop = async () => {
    await end(child);
    if (process.env.POSTERN_KEEP) console.log(`kept: ${data}`);
    else rmSync(data, { recursive: true, force: true });
  };
  try {
    const said = (pattern: RegExp) => pattern.exec(log());
    await until(child, log, 'ready', async () => (await status(`${url}/readyz`)) === 200);
    await until(child, log, 'the demo and its digest', async () => said(/demo digest|no digest for the demo/) !== null);
    const gateway = said(/gateway is a sink on (\S+)/)?.[1];
    const owner = said(/demo owner\s+(\S+)\s+password (\S+)/);
    if (!gateway || !owner) throw new Error(`the demo did not say who its gateway and owner are:\n${log()}`);
    await until(child, log, 'an empty spool', async () => /\b0 messages in the spool/.test(await text(`${url}/readyz`)));
    const site: Site = {
      url,
      smtp,
      gateway,
      sink: join(data, 'demo-gateway'),
      admin,
      owner: { email: owner[1] ?? '', password: owner[2] ?? '', cookie: '' },
    };
    return { site, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function until(child: ChildProcess, log: () => string, what: string, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`postern ended with ${child.exitCode} before ${what}:\n${log()}`);
    if (await done()) return;
    await sleep(200);
  }
  throw new Error(`waited ${PATIENCE / 1000} s for ${what}:\n${log().slice(-4_000)}`);
}

async function text(url: string): Promise<string> {
  return fetch(url).then((r) => r.text(), () => '');
}

async function status(url: string): Promise<number> {
  return fetch(url).then((r) => r.status, () => 0);
}

/** SIGTERM; SIGKILL where it does not end of itself. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const late = sleep(45_000, 'late', { ref: false });
  if ((await Promise.race([gone, late])) === 'late') {
    child.kill('SIGKILL');
    await gone;
  }
}
