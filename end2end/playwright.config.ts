// Browser tests: Debian's Chromium against one `postern serve --demo` that global-setup starts and ends.

import { defineConfig } from '@playwright/test';

const ci = !!process.env.CI;
/** Specs of what must also work for a browser without script. */
const plain = /(login|light|forms|people|settings|bulk|dns)\.spec\.ts/;

export default defineConfig({
  testDir: './specs',
  outputDir: './test-results',
  globalSetup: './global-setup.ts',
  fullyParallel: true,
  workers: 2,
  retries: ci ? 1 : 0,
  forbidOnly: ci,
  // Debug builds of program and pages, on whatever else the machine does.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'line',
  use: {
    browserName: 'chromium',
    headless: true,
    locale: 'en-GB',
    timezoneId: 'UTC',
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'desktop', testIgnore: /screenshots/, use: { viewport: { width: 1440, height: 900 } } },
    {
      name: 'phone',
      testIgnore: /screenshots/,
      use: {
        viewport: { width: 360, height: 780 },
        hasTouch: true,
        isMobile: true,
        deviceScaleFactor: 2,
        userAgent: 'Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
      },
    },
    {
      name: 'script-off',
      testMatch: plain,
      use: { viewport: { width: 1440, height: 900 }, javaScriptEnabled: false },
    },
    // Pictures for the documentation: PICTURES=1 npx playwright test --config end2end/playwright.config.ts --project pictures
    ...(process.env.PICTURES
      ? [{ name: 'pictures', testDir: '.', testMatch: /screenshots\.ts/, use: { viewport: { width: 1280, height: 860 } } }]
      : []),
  ],
});
