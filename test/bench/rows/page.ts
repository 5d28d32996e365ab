/** The page in the system's Chromium, drawn by software, on the demo district: how soon it is there, and how smoothly its map moves. */
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../kit/browser.ts';
import type { Demo } from '../../kit/demo.ts';
import { firstScripts } from '../../kit/page-weight.ts';
import { type Person, until } from '../../kit/product.ts';
import { openDistrict } from '../district.ts';
import { median, quantile } from '../figures.ts';
import { pause } from '../happenings.ts';
import { atLeast, atMost, less, more, type RunOptions, row } from '../row.ts';

const viewport = { width: 1920, height: 1080 };
/** Whoever waits longer has given up, ms. */
const firstWithinMs = 120_000;
const who = 'shen.ruochuan';
/** Steps of the mouse on its way there and back, px. */
const stepPx = 12;

interface Loaded {
  signIn: number;
  feedAndBoard: number;
  map: number;
}

/** When each was first there, by the page's own clock, ms: the frame that shows it. Watched from before its first script. */
const watchFirsts = () => {
  const wanted = { signIn: 'input[name=username]', feed: '.feed [role=row], .feed .empty', board: '.board .card, .board .none', map: '.map .gl[aria-busy=false]' };
  const firsts: Record<string, number> = {};
  Object.assign(window, { firsts });
  const seen = new Set<string>();
  new MutationObserver(() => {
    for (const [name, selector] of Object.entries(wanted)) {
      if (seen.has(name) || !document.querySelector(selector)) continue;
      seen.add(name);
      requestAnimationFrame(() => {
        firsts[name] = performance.now();
      });
    }
  }).observe(document, { childList: true, subtree: true, attributeFilter: ['aria-busy'] });
};
type Watched = { firsts: Record<string, number> };
const first = (page: Page, name: string): Promise<number> =>
  page
    .waitForFunction((wanted) => (window as unknown as Watched).firsts[wanted], name, { timeout: firstWithinMs, polling: 100 })
    .then((handle) => handle.jsonValue() as Promise<number>);

/** The page with nothing in any cache, of somebody who is signed in, or of nobody. */
async function openFresh(browser: Browser, demo: Demo, person?: Person): Promise<Page> {
  const context = await browser.newContext({ viewport, locale: 'zh-CN' });
  if (person) {
    const [name, value] = person.cookie.split('=') as [string, string];
    await context.addCookies([{ name, value, url: demo.base }]);
  }
  const page = await context.newPage();
  await page.addInitScript(watchFirsts);
  await page.goto(demo.base);
  return page;
}

async function load(browser: Browser, demo: Demo, person: Person): Promise<Loaded> {
  const nobodys = await openFresh(browser, demo);
  const signIn = await first(nobodys, 'signIn');
  await nobodys.context().close();
  const page = await openFresh(browser, demo, person);
  const feedAndBoard = Math.max(await first(page, 'feed'), await first(page, 'board'));
  const map = await first(page, 'map');
  await page.context().close();
  return { signIn, feedAndBoard, map };
}

/** The times between the frames that the page is given meanwhile, ms. */
async function framesDuring(page: Page, work: () => Promise<unknown>): Promise<number[]> {
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(window, { frames });
    const next = (at: number) => {
      frames.push(at);
      if ((window as unknown as Recording).frames === frames) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await work();
  const frames = await page.evaluate(() => (window as unknown as Recording).frames);
  return frames.slice(1).map((at, i) => at - (frames[i] as number));
}
type Recording = { frames: number[] };

async function drag(page: Page, seconds: number): Promise<void> {
  const box = await page.locator('.map canvas').first().boundingBox();
  if (!box) throw new Error('there is no map');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const began = performance.now();
  for (let n = 0; performance.now() - began < seconds * 1000; n++) {
    const way = Math.abs(((n * stepPx) % 800) - 400) - 200;
    await page.mouse.move(x + way, y + way / 2);
  }
  await page.mouse.up();
}

export const page = row({
  id: 'page',
  figure: 'the page of the demo district (20,410 devices) in software-rendered Chromium, 1920 × 1080, nothing cached; map dragged to and fro',
  ours: {
    'first load: feed and board': atMost(2, 's'),
    'sign-in form': less('s'),
    'scripts of sign-in, feed and board': atMost(200, 'kB compressed'),
    'map painted': atMost(2, 's'),
    'while dragging': atLeast(25, 'frames/s'),
    'slowest frame in 100': less('ms'),
    'while nothing moves': more('frames/s'),
  },
  beside: {},
  said: ['from the navigation on, by the page’s own clock; the map: until all that was asked for is drawn; frames: those of requestAnimationFrame'],
  rounds: 1,
  seconds: 90,
  async run({ size, say }: RunOptions) {
    const demo = await openDistrict();
    let browser: Browser | null = null;
    try {
      browser = await openBrowser();
      const loads: Loaded[] = [];
      const person = await demo.signIn(who);
      await until('something has happened in the district', async () => (await person.get('/api/alerts?state=firing')).total > 0, 90_000);
      for (let i = 0; i < size(5, 1); i++) loads.push(await load(browser, demo, person));
      say(`loads ${JSON.stringify(loads)}`);
      const page = await openFresh(browser, demo, person);
      await first(page, 'map');
      const still = await framesDuring(page, () => pause(size(3000, 500)));
      const frames = await framesDuring(page, () => drag(page, size(8, 2)));
      const perSecond = (some: number[]) => (1000 * some.length) / some.reduce((a, b) => a + b, 0);
      const of = (name: keyof Loaded) => median(loads.map((one) => one[name])) / 1000;
      return {
        ours: {
          'first load: feed and board': of('feedAndBoard'),
          'sign-in form': of('signIn'),
          'scripts of sign-in, feed and board': firstScripts().bytes / 1000,
          'map painted': of('map'),
          'while dragging': perSecond(frames),
          'slowest frame in 100': quantile(frames, 0.99),
          'while nothing moves': perSecond(still),
        },
        beside: {},
        raw: { loads, frames, still },
      };
    } finally {
      await browser?.close();
      await demo.remove();
    }
  },
});
