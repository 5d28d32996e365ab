import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, until } from '../kit/product.ts';

/** Clients of others, as they come: each speaks for a device of its own at QoS 0, 1 and 2, hears a command, answers it, and its Will says that it is gone. */
describe('a client of another make', () => {
  const cloud = new Cloud();
  const children: ChildProcess[] = [];
  let admin: Person;
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    for (const id of ['mosquitto', 'mqttjs', 'paho']) {
      tokens[id] = (await admin.post('/api/agents', { id, role: 'agent' })).token;
      await admin.post('/api/devices', { id: `${id}-lamp`, kind: 'streetlight', agent: id, lifecycle: 'in service' });
    }
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await cloud.remove();
  });

  /** A program whose lines are collected; `input` is what it reads. */
  function run(command: string, args: string[], input = ''): { child: ChildProcess; lines: string[]; ended: Promise<number | null> } {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    child.stdin.end(input);
    return { child, lines, ended: new Promise((resolve) => child.once('exit', resolve)) };
  }
  const counts = async (id: string) => (await admin.get('/api/agents')).items.find((one: { id: string }) => one.id === id);
  const reading = (seq: number) => JSON.stringify({ boot: 1, seq, ts: Date.now() + seq, values: { power_w: seq } });
  const command = async (id: string) => (await admin.post(`/api/devices/${id}-lamp/commands`, { name: 'on' })).id as string;
  const isDone = (id: string) => async () => (await admin.get(`/api/commands/${id}`)).status === 'done';
  const answer = (id: string) => JSON.stringify({ id, ok: true, result: {} });
  /** It was heard, and the cut of its line was told by its Will. */
  async function wasHeard(id: string, readings: number) {
    await until(`all of ${id} is counted`, async () => (await counts(id))?.received === readings);
    expect(await counts(id)).toMatchObject({ received: readings, parked: 0, repeats: 0 });
  }

  it('mosquitto_pub and mosquitto_sub', async () => {
    const as = ['-h', '127.0.0.1', '-p', String(cloud.mqtt), '-V', 'mqttv311', '-i', 'mosquitto', '-u', 'mosquitto', '-P', tokens.mosquitto as string];
    for (const qos of [0, 1, 2])
      expect(await run('mosquitto_pub', [...as, '-q', String(qos), '-t', 'gw/v1/mosquitto/mosquitto-lamp/telemetry', '-l'], `${reading(qos)}\n`).ended).toBe(0);
    const sub = run('mosquitto_sub', [
      ...as,
      '-q',
      '1',
      '-k',
      '5',
      '-C',
      '2',
      '-t',
      'gw/v1/mosquitto/+/command',
      '-t',
      'gw/v1/mosquitto/flow',
      '-v',
      '--will-topic',
      'gw/v1/mosquitto/state',
      '--will-payload',
      '{"online":false}',
      '--will-retain',
    ]);
    await until('the flow, as each who subscribes is told it', () => sub.lines.includes('gw/v1/mosquitto/flow {"telemetry":true}'));
    const id = await command('mosquitto');
    await until('the command', () => sub.lines.some((line) => line.startsWith('gw/v1/mosquitto/mosquitto-lamp/command ') && line.includes(id)));
    expect(await sub.ended).toBe(0);
    expect(await run('mosquitto_pub', [...as, '-q', '2', '-t', 'gw/v1/mosquitto/mosquitto-lamp/reply', '-m', answer(id)]).ended).toBe(0);
    await until('it is done', isDone(id));
    await wasHeard('mosquitto', 3);
    // Refused as the standard has it: 4, and a filter of others.
    expect(await run('mosquitto_pub', [...as, '-P', 'wrong', '-t', 'x', '-n']).ended).not.toBe(0);
    const outside = run('mosquitto_sub', [...as, '-t', '#', '-W', '20']);
    expect(await outside.ended).not.toBe(27);
    expect(outside.lines).toEqual([]);
  });

  it('MQTT.js', async () => {
    const client: MqttClient = await cloud.connect('mqttjs', tokens.mqttjs as string, {
      clean: false,
      will: { topic: 'gw/v1/mqttjs/state', payload: Buffer.from('{"online":false}'), qos: 2, retain: true },
    });
    const heard: [string, string][] = [];
    client.on('message', (topic, payload) => heard.push([topic, payload.toString()]));
    const granted = await client.subscribeAsync(['gw/v1/mqttjs/+/command', 'gw/v1/mqttjs/flow'], { qos: 2 });
    expect(granted.map(({ qos }) => qos)).toEqual([2, 2]);
    for (const qos of [0, 1, 2] as const) await client.publishAsync('gw/v1/mqttjs/mqttjs-lamp/telemetry', reading(qos), { qos });
    const id = await command('mqttjs');
    await until('the command', () => heard.some(([topic, payload]) => topic === 'gw/v1/mqttjs/mqttjs-lamp/command' && payload.includes(id)));
    await client.publishAsync('gw/v1/mqttjs/mqttjs-lamp/reply', answer(id), { qos: 2 });
    await until('it is done', isDone(id));
    await wasHeard('mqttjs', 3);
    client.stream.destroy();
    await until('its Will is heard', async () => (await counts('mqttjs'))?.online === false);
    client.end(true);
  });

  it('Paho for Python', async () => {
    const script = `
import json, sys, paho.mqtt.client as paho
agent, token, port, readings = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
client = paho.Client(client_id=agent, clean_session=False, protocol=paho.MQTTv311)
client.username_pw_set(agent, token)
client.will_set(f'gw/v1/{agent}/state', '{"online":false}', qos=1, retain=True)
def say(*words): print(*words, flush=True)
def connected(client, data, flags, code):
    say('connected', code, flags['session present'])
    client.subscribe([(f'gw/v1/{agent}/+/command', 1), (f'gw/v1/{agent}/flow', 0)])
def subscribed(client, data, mid, granted):
    say('granted', *granted)
    for qos, reading in enumerate(readings): client.publish(f'gw/v1/{agent}/{agent}-lamp/telemetry', reading, qos=qos)
def heard(client, data, message):
    say('heard', message.topic)
    if message.topic.endswith('/command'):
        body = json.dumps({'id': json.loads(message.payload)['id'], 'ok': True, 'result': {}})
        client.publish(f'gw/v1/{agent}/{agent}-lamp/reply', body, qos=2)
client.on_connect, client.on_subscribe, client.on_message = connected, subscribed, heard
client.on_publish = lambda client, data, mid: say('acknowledged', mid)
client.connect('127.0.0.1', port, keepalive=5)
client.loop_forever()
`;
    const { child, lines } = run('/usr/bin/python3', ['-c', script, 'paho', tokens.paho as string, String(cloud.mqtt), ...[0, 1, 2].map(reading)]);
    await until('three are acknowledged', () => lines.filter((line) => line.startsWith('acknowledged')).length === 3);
    expect(lines.slice(0, 2)).toEqual(['connected 0 0', 'granted 1 0']);
    expect(lines).toContain('heard gw/v1/paho/flow');
    const id = await command('paho');
    await until('it is done', isDone(id));
    await wasHeard('paho', 3);
    child.kill('SIGKILL');
    await until('its Will is heard', async () => (await counts('paho'))?.online === false);
  });
});
