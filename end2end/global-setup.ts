// Starts the server that all specs share, waits until the sample mail is filtered, and logs two people in.

import { start } from './support/server';
import { login } from './support/http';

export default async function globalSetup(): Promise<() => Promise<void>> {
  const server = await start();
  try {
    const { url, admin, owner } = server.site;
    admin.cookie = await login(url, admin.email, admin.password);
    owner.cookie = await login(url, owner.email, owner.password);
  } catch (error) {
    await server.stop();
    throw error;
  }
  // Workers inherit the environment.
  process.env.POSTERN_SITE = JSON.stringify(server.site);
  return () => server.stop();
}
