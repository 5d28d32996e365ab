/** /api/asyncapi.json, made from the schemas that check: what agents and bridges say over MQTT, what pages and scripts hear over socket.io. */
import Type, { type TSchema } from 'typebox';
import { kinds } from '../../devices/kinds/kinds.ts';
import {
  CommandPayload,
  commandTopic,
  EventPayload,
  eventTopic,
  FlowPayload,
  flowTopic,
  ReadingPayload,
  ReplyPayload,
  replyTopic,
  StatePayload,
  stateTopic,
  telemetryTopic,
} from '../../devices/wire/wire.ts';
import { dialects } from '../ingest/ingest.ts';
import { messages as live } from '../live/live.ts';

interface Spoken {
  channel: string;
  /** MQTT topic, or the name of the event on the socket. */
  address: string;
  server: 'mqtt' | 'socket';
  /** As the cloud sees it. */
  action: 'receive' | 'send';
  summary: string;
  payload: TSchema;
  /** What answers it, over the acknowledgement callback. */
  reply?: TSchema;
}

const batch = Type.Array(Type.Object({ ...ReadingPayload.properties, device: Type.String() }), { description: 'of many devices, each reading with its `device`' });
const [agent, device] = ['{agent}', '{device}'];

/** Everything that is said, one a line. */
export const spoken: readonly Spoken[] = [
  {
    channel: 'telemetry',
    address: telemetryTopic(agent, device),
    server: 'mqtt',
    action: 'receive',
    summary: 'Readings of a device: one, or an array',
    payload: Type.Union([ReadingPayload, Type.Array(ReadingPayload)]),
  },
  { channel: 'batch', address: telemetryTopic(agent), server: 'mqtt', action: 'receive', summary: "A gateway's batch", payload: batch },
  { channel: 'event', address: eventTopic(agent, device), server: 'mqtt', action: 'receive', summary: 'Something happened at a device', payload: EventPayload },
  { channel: 'state', address: stateTopic(agent), server: 'mqtt', action: 'receive', summary: 'The agent comes and goes; retained, also its Will', payload: StatePayload },
  { channel: 'reply', address: replyTopic(agent, device), server: 'mqtt', action: 'receive', summary: 'What became of a command', payload: ReplyPayload },
  { channel: 'command', address: commandTopic(agent, device), server: 'mqtt', action: 'send', summary: 'Do this; not begun by `expires`, never begun', payload: CommandPayload },
  { channel: 'flow', address: flowTopic(agent), server: 'mqtt', action: 'send', summary: 'false: hold telemetry; events go on', payload: FlowPayload },
  { channel: 'snapshot', address: 'snapshot', server: 'socket', action: 'send', summary: 'On connecting, and whenever deltas do not suffice', payload: live.Snapshot },
  { channel: 'delta', address: 'delta', server: 'socket', action: 'send', summary: 'What has changed', payload: live.Delta },
  {
    channel: 'reading',
    address: 'reading',
    server: 'socket',
    action: 'send',
    summary: 'A reading of a watched device, as it came, when it was its newest; history is not told',
    payload: live.ReadingItem,
  },
  { channel: 'resume', address: 'resume', server: 'socket', action: 'receive', summary: 'Go on from this version', payload: live.Resume, reply: live.Answer },
  { channel: 'watch', address: 'watch', server: 'socket', action: 'receive', summary: 'The readings of these, too', payload: live.Watch, reply: live.Answer },
];

const parametersOf = (address: string) => Object.fromEntries([...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, { description: `the id of the ${name}` }]));

/** `+` of a filter becomes a parameter with a name. */
function namedAddress(filter: string): string {
  let n = 0;
  return filter.replaceAll('+', () => `{part${++n}}`);
}

/** The metrics of each kind, as `values` may carry them; what else it carries is counted and left out. */
const valueSchemas = () =>
  Object.fromEntries(
    kinds.map((kind) => [
      `values-${kind.id}`,
      {
        type: 'object',
        title: kind.label.en,
        properties: Object.fromEntries(Object.entries(kind.metrics).map(([name, { type, label, unit }]) => [name, { type, title: label.en, ...(unit ? { 'x-unit': unit } : {}) }])),
        'x-events': Object.fromEntries(Object.entries(kind.events).map(([name, { effect, data }]) => [name, { effect, data }])),
      },
    ]),
  );

export function asyncapi(version: string): object {
  const channels: Record<string, object> = {};
  const operations: Record<string, object> = {};
  const messages: Record<string, object> = {};
  for (const { channel, address, server, action, summary, payload, reply } of spoken) {
    messages[channel] = { name: channel, summary, contentType: 'application/json', payload };
    const answer = reply ? { [`${channel}Answer`]: { $ref: `#/components/messages/${channel}Answer` } } : {};
    if (reply)
      messages[`${channel}Answer`] = { name: `${channel}Answer`, summary: 'What the acknowledgement callback is called with', contentType: 'application/json', payload: reply };
    channels[channel] = {
      address,
      summary,
      servers: [{ $ref: `#/servers/${server}` }],
      parameters: parametersOf(address),
      messages: { [channel]: { $ref: `#/components/messages/${channel}` }, ...answer },
      ...(server === 'mqtt' ? { bindings: { mqtt: {} } } : {}),
    };
    operations[`${action}-${channel}`] = {
      action,
      summary,
      channel: { $ref: `#/channels/${channel}` },
      messages: [{ $ref: `#/channels/${channel}/messages/${channel}` }],
      ...(reply ? { reply: { channel: { $ref: `#/channels/${channel}` }, messages: [{ $ref: `#/channels/${channel}/messages/${channel}Answer` }] } } : {}),
      ...(server === 'mqtt' ? { bindings: { mqtt: { qos: 1, retain: channel === 'state' } } } : {}),
    };
  }
  for (const dialect of dialects) {
    const address = namedAddress(dialect.topic);
    messages[dialect.id] = { name: dialect.id, summary: `What a ${dialect.id} bridge publishes`, contentType: 'application/json', payload: { type: 'object' } };
    channels[dialect.id] = {
      address,
      summary: `The dialect ${dialect.id}: topics of a bridge`,
      servers: [{ $ref: '#/servers/mqtt' }],
      parameters: Object.fromEntries(Object.keys(parametersOf(address)).map((name) => [name, { description: 'as the dialect has it' }])),
      messages: { [dialect.id]: { $ref: `#/components/messages/${dialect.id}` } },
    };
    operations[`receive-${dialect.id}`] = {
      action: 'receive',
      channel: { $ref: `#/channels/${dialect.id}` },
      messages: [{ $ref: `#/channels/${dialect.id}/messages/${dialect.id}` }],
    };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Gridwarden',
      version,
      description: 'Times are milliseconds since 1970 in UTC. Over MQTT, PUBACK means: on disk. Over socket.io a client gets what it may read over HTTP, and nothing else.',
    },
    defaultContentType: 'application/json',
    servers: {
      mqtt: {
        host: '{host}',
        protocol: 'mqtt',
        protocolVersion: '3.1.1',
        description: 'User name and client id are the id of the agent, the password is its token; a bridge’s client ids are free.',
        variables: { host: { default: '127.0.0.1:1883' } },
        security: [{ $ref: '#/components/securitySchemes/agent' }],
      },
      socket: {
        host: '{host}',
        pathname: '/socket.io/',
        protocol: 'ws',
        description: 'socket.io 4, default namespace; addresses of its channels are names of events.',
        variables: { host: { default: '127.0.0.1:8080' } },
        security: [{ $ref: '#/components/securitySchemes/session' }, { $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels,
    operations,
    components: {
      messages,
      schemas: valueSchemas(),
      securitySchemes: {
        agent: { type: 'userPassword', description: 'of POST /api/agents' },
        session: { type: 'httpApiKey', in: 'cookie', name: 'gw_session', description: 'from POST /api/session' },
        token: { type: 'http', scheme: 'bearer', description: 'an API token, as `auth.token` of the handshake' },
      },
    },
  };
}
