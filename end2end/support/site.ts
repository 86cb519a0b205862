// What the specs know of the server they talk to.

export interface Person {
  email: string;
  password: string;
  /** Value of the session cookie of a login that specs share; those that log out log in themselves. */
  cookie: string;
}

export interface Site {
  url: string;
  smtp: number;
  /** Where the sink that plays the mail gateway listens: `127.0.0.1:2526`. */
  gateway: string;
  /** The sink's directory: one .eml a message. */
  sink: string;
  admin: Person;
  owner: Person;
}

export const SESSION = 'postern_session';

/** The site of this run, from global-setup. */
export function site(): Site {
  const text = process.env.POSTERN_SITE;
  if (!text) throw new Error('POSTERN_SITE is not set: run by way of playwright.config.ts');
  return JSON.parse(text) as Site;
}
