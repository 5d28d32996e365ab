import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../kit/product.ts';
import { type Asker, Campuses } from './campuses.ts';
import { live, rowsOf } from './table.ts';

const rows = rowsOf(live);
type Campus = 'own' | 'secret';
// biome-ignore lint/suspicious/noExplicitAny: the messages are the contract's shapes
type Message = any;

/** A socket, and everything that it was told. */
class Ear {
  readonly socket: Socket;
  readonly told: { event: string; body: Message }[] = [];
  watched: string[] = [];
  /** How much it had been told when it asked to go on from its first snapshot. */
  resumed = Number.POSITIVE_INFINITY;
  cut = false;

  constructor(readonly asker: Asker) {
    const { base, token, headers } = asker.person;
    this.socket = io(base, { transports: ['websocket'], extraHeaders: headers, auth: token ? { token } : {}, forceNew: true, reconnection: false });
    this.socket.onAny((event: string, body: Message) => this.told.push({ event, body }));
    this.socket.once('connect_error', () => {
      this.cut = true;
    });
  }

  of(event: string): Message[] {
    return this.told.filter((one) => one.event === event).map(({ body }) => body);
  }
}

describe('every message of the live socket', () => {
  const campuses = new Campuses();
  let ears: Ear[];

  /** Whether a message was told of what is the campus's. */
  const judges: Record<string, (ear: Ear, side: Campus) => boolean> = {
    snapshot: (ear, side) => {
      const { alert, case: opened } = campuses.things[side];
      const [{ alerts, cases }] = ear.of('snapshot');
      return alerts.some(({ id }: Message) => id === alert) && cases.some(({ id }: Message) => id === opened);
    },
    'delta (an alert)': (ear, side) => ear.of('delta').some(({ alerts = [] }) => alerts.some(({ device }: Message) => device === `${side}-camera`)),
    'delta (a case)': (ear, side) => ear.of('delta').some(({ cases = [] }) => cases.some(({ id }: Message) => id === campuses.things[side].case)),
    'delta (a device)': (ear, side) => ear.of('delta').some(({ devices = [] }) => devices.some(({ id, name }: Message) => id === `${side}-post` && name === `${side} renamed`)),
    watch: (ear, side) => ear.watched.includes(`${side}-cover`),
    reading: (ear, side) => ear.of('reading').some(({ device }) => device === `${side}-cover`),
    resume: (ear, side) => ear.told.slice(ear.resumed).some(({ body: { alerts = [] } }) => alerts.some(({ device }: Message) => device === `${side}-camera`)),
  };

  beforeAll(async () => {
    await campuses.open();
    ears = [...campuses.askers('session'), ...campuses.askers('API token')].map((asker) => new Ear(asker));
    await until('everybody is let in or cut', () => ears.every((ear) => ear.cut || ear.of('snapshot').length > 0));
    const open = ears.filter((ear) => !ear.cut);
    for (const ear of open) ear.watched = (await ear.socket.emitWithAck('watch', { devices: ['own-cover', 'secret-cover', 'nothing'] })).devices;
    // What happens on the own campus comes last: when it has been told, the other's would have been.
    for (const side of ['secret', 'own'] as const) {
      const ts = Date.now();
      await campuses.say(side, `${side}-camera/event`, { id: campuses.next(`${side}-event`), ts, kind: 'intrusion' });
      const { case: opened } = campuses.things[side];
      const { version } = await campuses.admin.get(`/api/cases/${opened}`);
      await campuses.admin.post(`/api/cases/${opened}/actions`, { action: 'note', version, note: `a note on ${side}` });
      await campuses.admin.ask('PATCH', `/api/devices/${side}-post`, { name: `${side} renamed` });
      await campuses.say(side, `${side}-cover/telemetry`, { ts, values: { tilt_deg: 1 } });
    }
    const happened = Object.keys(judges).filter((message) => message !== 'resume');
    await until('all of the own campus was told', () => open.every((ear) => happened.every((message) => judges[message]?.(ear, 'own'))));
    for (const ear of open) {
      ear.resumed = ear.told.length;
      await ear.socket.emitWithAck('resume', { version: ear.of('snapshot')[0].version });
    }
    await until('everybody goes on from where the snapshot was', () => open.every((ear) => judges.resume?.(ear, 'own')));
  });
  afterAll(async () => {
    for (const ear of ears ?? []) ear.socket.disconnect();
    await campuses.close();
  });

  it('has a row in the table: those that the AsyncAPI document tells', async () => {
    const { channels } = await campuses.admin.get<{ channels: Record<string, { address: string; servers: { $ref: string }[] }> }>('/api/asyncapi.json');
    const told = Object.values(channels).filter(({ servers }) => servers[0]?.$ref.endsWith('socket'));
    expect([...new Set(rows.map(({ label }) => label.replace(/ \(.*$/, '')))].sort()).toEqual(told.map(({ address }) => address).sort());
    expect(Object.keys(judges)).toEqual(rows.map(({ label }) => label));
  });

  it.each(rows)('is told to whom the table says: $label', ({ label, blocks }) => {
    const [strangers = [], whole = [], own = [], other = []] = blocks;
    const told = (of: Ear[], side: Campus) => of.map((ear) => (ear.cut ? 'cut' : judges[label]?.(ear, side) ? 'told' : 'silent'));
    for (const some of [ears.slice(0, ears.length / 2), ears.slice(ears.length / 2)]) {
      const [first, second] = [strangers.length, strangers.length + whole.length];
      expect([told(some.slice(0, first), 'own'), told(some.slice(first, second), 'own'), told(some.slice(second), 'own'), told(some.slice(second), 'secret')]).toEqual([
        strangers,
        whole,
        own,
        other,
      ]);
    }
  });

  it('names nothing of another campus to who belongs to one', () => {
    for (const { asker, told } of ears) if (asker.scope !== null && !('all' in asker.scope)) expect(JSON.stringify(told)).not.toContain('secret');
  });
});
