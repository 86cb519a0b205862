// The least SMTP client that can hand a message to the server.

import { connect, type Socket } from 'node:net';
import { site } from './site';

async function reply(socket: Socket, expected: number, buffered: { text: string }): Promise<void> {
  const line = /^(\d{3}) [^\n]*\n/m;
  for (;;) {
    const whole = line.exec(buffered.text);
    if (whole) {
      buffered.text = buffered.text.slice(whole.index + whole[0].length);
      if (Number(whole[1]) !== expected) throw new Error(`expected ${expected}, got ${whole[0].trim()}`);
      return;
    }
    const chunk = await new Promise<Buffer>((resolve, reject) => {
      socket.once('data', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the server closed the connection')));
    }).finally(() => socket.removeAllListeners());
    buffered.text += chunk.toString('utf8');
  }
}

/** Sends `message` (LF or CRLF lines) and returns once the server has taken it. */
export async function send(from: string, to: string, message: string): Promise<void> {
  const socket = connect(site().smtp, '127.0.0.1');
  const buffered = { text: '' };
  try {
    await reply(socket, 220, buffered);
    const body = message.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
    const steps: [string, number][] = [
      ['EHLO mail.example', 250],
      [`MAIL FROM:<${from}>`, 250],
      [`RCPT TO:<${to}>`, 250],
      ['DATA', 354],
      [`${body}\r\n.`, 250],
      ['QUIT', 221],
    ];
    for (const [command, expected] of steps) {
      socket.write(`${command}\r\n`);
      await reply(socket, expected, buffered);
    }
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}
