import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, signedIn } from '../kit/browser.ts';
import { adminPassword, Cloud, type Person, publish, until } from '../kit/product.ts';

/** What would run, or become a part of the page, if it were not text. */
const evil = (place: string) => `<img src=x onerror=ran=1><b id=evil>${place}`;

/** Whoever may name a thing names it so; whoever looks at it sees that name, letter by letter. */
describe('markup in a name, a note or a message', () => {
  const cloud = new Cloud();
  let admin: Person;
  let browser: Browser;
  let opened: string;

  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    const position = { lon: 114.2, lat: 36.42 };
    const corners = [-1, 1].flatMap((x) => [-x, x].map((y) => [position.lon + x * 0.01, position.lat + y * 0.01]));
    const polygon = [...corners, corners[0]];
    const label = (name: string) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [position.lon, position.lat] },
      properties: { kind: 'label', name, label: name, text: name },
    });
    const put = async (path: string, body: object) => expect([path, (await admin.ask('PUT', path, body)).status]).toEqual([path, 200]);
    await put('/api/installation', { name: { zh: evil('installation'), en: evil('installation') }, demo: false, center: position, division: null });
    await put('/api/basemap', { type: 'FeatureCollection', features: [label(evil('basemap'))] });
    await admin.post('/api/departments', { id: 'dept', name: evil('department') });
    await admin.post('/api/grids', { id: 'grid', name: evil('grid'), worker: evil('worker'), polygon });
    await admin.post('/api/sites', { id: 'school', name: evil('site'), polygon, plan: { type: 'FeatureCollection', features: [label(evil('plan'))] } });
    const { token } = await admin.post('/api/agents', { id: 'gw', name: evil('agent') });
    const placed = { agent: 'gw', grid: 'grid', site: 'school', departments: { maintainer: 'dept', owner: 'dept', authority: 'dept' }, lifecycle: 'in service', position };
    await admin.post('/api/devices', [
      {
        id: 'post',
        kind: 'alarm-post',
        name: evil('device'),
        model: evil('model'),
        codes: ['a', 'b'].map((name) => ({ scheme: `local:${name}`, value: evil('code') })),
        ...placed,
      },
      { id: 'camera', kind: 'camera', name: evil('camera'), ...placed },
    ]);
    await admin.post('/api/accounts', { username: 'school', password: 'a-long-password', role: 'school', scope: { site: 'school' } });
    await admin.post('/api/tokens', { name: evil('token') });
    const rule = await admin.get('/api/rules/alarm-post.sos.event');
    await put('/api/rules/alarm-post.sos.event', { ...rule, message: { zh: evil('rule'), en: evil('rule') } });

    const agent = await cloud.connect('gw', token);
    await publish(agent, 'gw/v1/gw/state', { online: true, ts: Date.now(), version: evil('version') });
    await publish(agent, 'gw/v1/gw/post/event', { id: 'sos', ts: Date.now(), kind: 'sos' });
    await publish(agent, 'gw/v1/gw/post/event', { id: 'cancelled', ts: Date.now(), kind: 'sos-cancelled', data: { reason: evil('reason') } });
    await publish(agent, 'gw/v1/gw/post/<b id=evil>topic', { x: evil('parked') });
    const alert = await until('the alert has its case', async () => {
      const found = (await admin.get('/api/alerts?device=post')).items[0];
      return found?.case && found;
    });
    opened = alert.case;
    await admin.post(`/api/alerts/${alert.id}/ack`, { note: evil('ack') });
    const { version } = await admin.get(`/api/cases/${opened}`);
    await admin.post(`/api/cases/${opened}/actions`, { action: 'note', version, note: evil('note') });
    await admin.post('/api/cases', { text: evil('case'), category: evil('category'), device: 'post' });
    await agent.endAsync();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await cloud.remove();
  });

  /** Opens an address and waits for the text of these places; gives what has become more than text. */
  async function look(page: Page, address: string, places: readonly string[]): Promise<string[]> {
    await page.goto(`${cloud.base}/#/${address}`);
    for (const place of places) await page.getByText(`<b id=evil>${place}`).first().waitFor({ state: 'attached' });
    return page.evaluate(() => [
      ...[...document.querySelectorAll('#evil, img[src="x"], [onerror]')].map((one) => one.outerHTML.slice(0, 80)),
      ...('ran' in window ? ['it ran'] : []),
    ]);
  }

  it('is text on every page of an administrator', async () => {
    const { page, complaints } = await signedIn(browser, cloud.base, 'admin', adminPassword, { width: 1920, height: 1080, locale: 'en-GB' });
    const pages: [string, string[]][] = [
      ['', ['device', 'installation']],
      [`cases/${opened}`, ['device', 'note', 'rule']],
      ['cases', ['device']],
      ['devices/post', ['device', 'grid', 'site', 'department', 'model', 'code']],
      ['admin/devices', ['device', 'camera']],
      ['admin/agents', ['agent']],
      ['admin/accounts', []],
      ['admin/rules', []],
      ['admin/departments', ['department']],
      ['admin/grids', ['grid']],
      ['admin/sites', ['site']],
      ['admin/parked', ['topic']],
      ['admin/health', []],
    ];
    const found: string[] = [];
    for (const [address, places] of pages) found.push(...(await look(page, address, places)).map((one) => `#/${address}: ${one}`));
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('is text on the page of a school', async () => {
    const { page, complaints } = await signedIn(browser, cloud.base, 'school', 'a-long-password', { width: 1920, height: 1080, locale: 'zh-CN' });
    expect(await look(page, '', ['site', 'device'])).toEqual([]);
    expect(await look(page, `cases/${opened}`, ['note'])).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
