import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, until } from '../kit/product.ts';

const devEui = 'a84041ffff130406';
const topic = `application/5f0c3a52-7d1e-4b9a-9c55-0a6b1d2e3f40/device/${devEui}/event/up`;

/** Real input: the uplink that ChirpStack v4 sends for a Milesight EM310-TILT (domain facts 2.2, 2.3), published by mosquitto_pub. */
describe('a ChirpStack bridge with an EM310-TILT behind it', () => {
  const cloud = new Cloud();
  let admin: Person;
  let token: string;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'lns', name: 'ChirpStack', role: 'bridge' }));
    await admin.post('/api/devices', {
      id: 'cover-1',
      kind: 'manhole-cover',
      model: 'em310-tilt',
      agent: 'lns',
      lifecycle: 'in service',
      addresses: [{ scheme: 'devEui', value: devEui }],
    });
  });
  afterAll(() => cloud.remove());

  const uplink = (over: object) =>
    JSON.stringify({
      deduplicationId: '8d3b0b7e-52f1-4a0c-b7d4-1f2e3d4c5b6a',
      time: new Date().toISOString(),
      deviceInfo: {
        tenantName: 'demo',
        applicationName: 'covers',
        deviceProfileName: 'em310-tilt',
        deviceName: 'cover-0102-000001',
        devEui,
        deviceClassEnabled: 'CLASS_A',
        tags: {},
      },
      devAddr: '01a2b3c4',
      adr: true,
      dr: 3,
      fCnt: 417,
      fPort: 85,
      confirmed: false,
      data: 'AXVXA8/ACMr+TxoB',
      rxInfo: [{ gatewayId: '0016c001ff130406', uplinkId: 31522, rssi: -97, snr: 6.5, crcStatus: 'CRC_OK' }],
      txInfo: { frequency: 471500000, modulation: { lora: { bandwidth: 125000, spreadingFactor: 9, codeRate: 'CR_4_5' } } },
      ...over,
    });
  const send = (message: string, where = topic, password = token) =>
    spawnSync(
      'mosquitto_pub',
      ['-h', '127.0.0.1', '-p', String(cloud.mqtt), '-V', 'mqttv311', '-i', `chirpstack-${Math.random()}`, '-u', 'lns', '-P', password, '-q', '1', '-t', where, '-m', message],
      { timeout: 10_000 },
    );

  it('becomes a reading of the right cover, an alert and a case', async () => {
    expect(send(uplink({})).status).toBe(0);
    const alert = await until('the alert', async () => (await admin.get('/api/alerts?device=cover-1')).items[0]);
    expect(alert).toMatchObject({ cause: 'tilt', severity: 'warning', agent: 'lns' });
    const { latest } = await admin.get('/api/devices/cover-1');
    expect(latest.values).toMatchObject({ battery_pct: 87, angle_x_deg: 22.4, rssi_dbm: -97, snr_db: 6.5 });
    expect(latest.values.tilt_deg).toBeCloseTo(22.6, 1);
    const found = await until('the case', async () => (await admin.get('/api/cases?device=cover-1')).items[0]);
    expect(found.alerts).toEqual([alert.id]);
  });

  it('sent twice counts once: the deduplicationId is its identity', async () => {
    expect(send(uplink({})).status).toBe(0);
    await until('the repeat', async () => (await admin.get('/api/agents')).items.find(({ id }: { id: string }) => id === 'lns')?.repeats === 1);
  });

  it('may not speak on an agent’s topics, nor with another password', async () => {
    expect(send('{}', 'gw/v1/lns/cover-1/telemetry').status).not.toBe(0);
    expect(send(uplink({}), topic, 'wrong').status).not.toBe(0);
  });
});
