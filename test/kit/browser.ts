/** The system's Chromium, headless, on pages of ours alone. */
import { mkdirSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath, args });

export interface Watched {
  page: Page;
  /** What the page complained of: errors of scripts, refused by the policy, failed requests other than asked for. */
  complaints: string[];
}

/** A page of its own session, signed in. */
export async function signedIn(
  browser: Browser,
  base: string,
  username: string,
  password: string,
  view: { width: number; height: number; locale: 'zh-CN' | 'en-GB'; touch?: boolean },
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: view.width, height: view.height }, locale: view.locale, hasTouch: view.touch ?? false });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // 401 is how a page learns that nobody is signed in yet.
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
  });
  await page.goto(base);
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('input[name=password]').waitFor({ state: 'detached' });
  return { page, complaints };
}

/** Kept as a build artefact, to be looked at. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync('artefacts/screens', { recursive: true });
  await page.screenshot({ path: `artefacts/screens/${name}.png` });
}
