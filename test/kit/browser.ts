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
  /** What the socket brought, frame by frame. */
  frames: string[];
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
  const frames: string[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(payload.toString())));
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
  return { page, frames, complaints };
}

/** How much of the page lies beyond the right edge, px. */
export const sideScroll = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** What is wrong with the bar at the page's present width: parts out of sight, over one another, or with their text cut. */
export const barFaults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const bar = document.querySelector('header.bar');
    if (!bar) return ['no bar'];
    const parts = [...bar.querySelectorAll('.brand b, .place, nav a, .search, .right > *')].filter((part) => part.getBoundingClientRect().width > 0);
    const found: string[] = [];
    parts.forEach((part, i) => {
      const { left, right: end } = part.getBoundingClientRect();
      const name = part.className || part.tagName;
      if (left < -0.5 || end > window.innerWidth + 0.5) found.push(`${name} is out of sight`);
      const before = parts[i - 1]?.getBoundingClientRect();
      if (before && left < before.right - 0.5) found.push(`${name} covers what is before it`);
    });
    // Search and place may be short; words and figures stand whole.
    for (const text of bar.querySelectorAll('nav a, .chip, .right b, .figure, .p99, .who, .clock'))
      if (text.scrollWidth > text.clientWidth + 1 && getComputedStyle(text).display !== 'inline') found.push(`"${text.textContent}" is cut`);
    return found;
  });

/** Visible targets lower than a thumb wants, 48 px. */
export const lowTargets = (page: Page, selector: string): Promise<string[]> =>
  page.evaluate(
    (wanted) =>
      [...document.querySelectorAll(wanted)]
        .filter((one) => one.clientHeight > 0 && one.getBoundingClientRect().height < 48)
        .map((one) => `${one.textContent?.trim()} ${one.clientHeight}`),
    selector,
  );

/** The page claims to be current: live, or slow while the machine is busy. */
export const linked = (page: Page): Promise<void> => page.locator('.indicator.live, .indicator.slow').waitFor();

/** Kept as a build artefact, to be looked at. */
export async function shoot(page: Page, name: string): Promise<void> {
  // A map that a busy machine has not drawn by then is kept as it is.
  await page
    .locator('.map [aria-busy=true]')
    .waitFor({ state: 'detached', timeout: 4000 })
    .catch(() => {});
  mkdirSync('artefacts/screens', { recursive: true });
  await page.screenshot({ path: `artefacts/screens/${name}.png` });
}
