import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, shoot, signedIn } from '../kit/browser.ts';
import { Demo } from '../kit/demo.ts';
import { Person, until } from '../kit/product.ts';

const acts = {
  'zh-CN': { register: '立案', dispatch: '派遣', accept: '接收并处置', feedback: '反馈', check: '开始核查', pass: '核查通过', close: '结案' },
  'en-GB': { register: 'Register', dispatch: 'Dispatch', accept: 'Accept and handle', feedback: 'Give feedback', check: 'Begin the check', pass: 'Pass the check', close: 'Close' },
} as const;
type Language = keyof typeof acts;

const picture = (colour: string) =>
  sharp({ create: { width: 640, height: 480, channels: 3, background: colour } })
    .jpeg()
    .toBuffer();

async function apiAs(demo: Demo, username: string): Promise<Person> {
  const response = await fetch(`${demo.base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: demo.password(username) }),
  });
  return new Person(demo.base, (response.headers.getSetCookie()[0] ?? '').split(';')[0] as string);
}

/** The page in real Chromium, on the product as `npm start` starts it. */
describe('the page', () => {
  const demo = new Demo();
  let browser: Browser;
  let admin: Person;
  beforeAll(async () => {
    await demo.start();
    browser = await openBrowser();
    admin = await apiAs(demo, 'admin');
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await demo.remove();
  }, 60_000);

  /** Runs the opened case to its close by the buttons of the page. */
  async function runToClose(page: Page, id: string, language: Language): Promise<void> {
    const words = acts[language];
    const stageIs = (stage: string) => until(`the case is ${stage}`, async () => (await admin.get(`/api/cases/${id}`)).stage === stage);
    const press = async (action: keyof typeof words) => {
      await page.locator('.acts button.primary', { hasText: words[action] }).first().click();
      const dialog = page.locator('[role=dialog] button[type=submit]');
      // Some acts ask for words, or for the department, whose proposal is already chosen.
      if (action === 'dispatch' || action === 'feedback') await dialog.click();
    };
    const { stage } = await admin.get(`/api/cases/${id}`);
    if (stage === 'reported') {
      await press('register');
      await stageIs('registered');
    }
    await press('dispatch');
    await stageIs('dispatched');
    await press('accept');
    await stageIs('handling');
    await page
      .locator('input[type=file][data-role=before]')
      .first()
      .setInputFiles({ name: 'before.jpg', mimeType: 'image/jpeg', buffer: await picture('#553322') });
    await page
      .locator('input[type=file][data-role=after]')
      .first()
      .setInputFiles({ name: 'after.jpg', mimeType: 'image/jpeg', buffer: await picture('#778899') });
    await until('both photos are there', async () => {
      const roles = (await admin.get(`/api/cases/${id}`)).photos.map(({ role }: { role: string }) => role);
      return roles.includes('before') && roles.includes('after');
    });
    await press('feedback');
    await stageIs('feedback');
    await press('check');
    await stageIs('checking');
    await page.locator('[role=slider]').first().waitFor();
    await shoot(page, `case-check-${language}`);
    await press('pass');
    await until('it is passed', async () => (await admin.get(`/api/cases/${id}`)).history.some(({ action }: { action: string }) => action === 'pass'));
    await press('close');
    await stageIs('closed');
  }

  it('shows an alert that comes in without a reload, acknowledges it, and runs its case to the close, in Chinese', async () => {
    const { page, complaints } = await signedIn(browser, demo.base, 'admin', demo.password('admin'), { width: 1920, height: 1080, locale: 'zh-CN' });
    expect(await page.locator('html').getAttribute('lang')).toMatch(/^zh/);
    const row = page.locator('[data-alert]').first();
    await row.waitFor({ timeout: 120_000 });
    await page.locator('canvas').first().waitFor();
    await shoot(page, 'command-centre-zh-1920x1080');
    const id = (await row.getAttribute('data-alert')) as string;
    const alert = await until('its case', async () => {
      const { items } = await admin.get('/api/alerts?state=firing');
      const found = items.find((one: { id: string }) => one.id === id);
      return found?.case && found;
    });
    await row.click();
    await page.keyboard.press('a');
    await until('it is acknowledged', async () => (await admin.get('/api/alerts?state=acknowledged')).items.some((one: { id: string }) => one.id === id));
    await page.goto(`${demo.base}/#/cases/${alert.case}`);
    await runToClose(page, alert.case, 'zh-CN');
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 300_000);

  it('does the same in English with a case that a person has opened', async () => {
    const { items } = await admin.get('/api/devices?kind=manhole-cover&limit=1');
    const { id } = await admin.post('/api/cases', { category: 'manhole-cover', text: 'Rattling cover, reported by phone', device: items[0].id });
    const { page, complaints } = await signedIn(browser, demo.base, 'admin', demo.password('admin'), { width: 1920, height: 1080, locale: 'en-GB' });
    expect(await page.locator('html').getAttribute('lang')).toMatch(/^en/);
    await page.locator('canvas').first().waitFor();
    await shoot(page, 'command-centre-en-1920x1080');
    await page.goto(`${demo.base}/#/cases/${id}`);
    await runToClose(page, id, 'en-GB');
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 300_000);

  it('is usable on a phone', async () => {
    const { page, complaints } = await signedIn(browser, demo.base, 'shen.ruochuan', demo.password('shen.ruochuan'), { width: 390, height: 844, locale: 'zh-CN', touch: true });
    await page.locator('[role=tab]').first().waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await shoot(page, 'command-centre-zh-390x844');
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 120_000);

  it('shows a school its own campus alone', async () => {
    const school = await apiAs(demo, 'gu.yan');
    const { scope } = await school.get('/api/session');
    const { page, complaints } = await signedIn(browser, demo.base, 'gu.yan', demo.password('gu.yan'), { width: 1920, height: 1080, locale: 'zh-CN' });
    const site = (await admin.get('/api/sites')).items.find(({ id }: { id: string }) => id === scope.site[0]);
    const others = (await admin.get('/api/sites')).items.filter(({ id }: { id: string }) => id !== scope.site[0]);
    await page.getByText(site.name, { exact: false }).first().waitFor();
    const text = await page.locator('body').innerText();
    for (const { name } of others) expect(text).not.toContain(name);
    await shoot(page, 'school-zh-1920x1080');
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 120_000);

  it('says within six seconds when it is no longer live, and catches up by itself', async () => {
    const { page } = await signedIn(browser, demo.base, 'guest', demo.password('guest'), { width: 1920, height: 1080, locale: 'en-GB' });
    await page.getByText('Live', { exact: true }).first().waitFor();
    await page.context().setOffline(true);
    await page
      .getByText(/No data for|Reconnecting/)
      .first()
      .waitFor({ timeout: 30_000 });
    await shoot(page, 'stale-en-1920x1080');
    await page.context().setOffline(false);
    await page.getByText('Live', { exact: true }).first().waitFor();
    await page.context().close();
  }, 120_000);
});
