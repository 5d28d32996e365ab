import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { kindOf } from '../../../devices/kinds/kinds.ts';
import { judgeClock } from '../clock-check.ts';
import { decoderOf } from '../decoders/decoders.ts';
import type { Dialect } from '../ingest.ts';
import { type ParkedFrom, park } from '../park.ts';
import { parseJson, refusal, valuesOf } from '../understand.ts';

/** The part of a ChirpStack v4 `up` event that we read (domain.md 2.3). Zero values of `rxInfo` may be left out. */
const Uplink = Compile(
  Type.Object({
    deduplicationId: Type.String({ minLength: 1, maxLength: 64 }),
    time: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    deviceInfo: Type.Object({ devEui: Type.String({ pattern: '^[0-9a-fA-F]{16}$' }), deviceProfileName: Type.Optional(Type.String()) }),
    fPort: Type.Optional(Type.Integer()),
    data: Type.Optional(Type.Union([Type.String({ maxLength: 2048 }), Type.Null()])),
    rxInfo: Type.Optional(Type.Union([Type.Array(Type.Object({ rssi: Type.Optional(Type.Number()), snr: Type.Optional(Type.Number()) })), Type.Null()])),
  }),
);

/** ChirpStack v4, JSON, on its own topics. It decodes the bytes itself and never trusts `object`. */
export const chirpstack: Dialect = {
  id: 'chirpstack',
  topic: 'application/+/device/+/event/+',
  downlink: 'application/+/device/+/command/+',
  decode({ agent, topic, payload, rx }, view) {
    const [, , , topicEui = '', , what = ''] = topic.split('/');
    const facts = view.byAddress('devEui', topicEui);
    const from: ParkedFrom = { agent, device: facts?.id ?? null, topic, rx };
    if (what !== 'up') return [park('not-a-reading', `event ${what}`, from, payload, facts)];
    const body = parseJson(payload);
    if (!Uplink.Check(body)) {
      const first = body === undefined ? undefined : [...Uplink.Errors(body)][0];
      return [park('malformed', first ? `${first.instancePath || 'payload'}: ${first.message}` : 'payload: JSON in UTF-8', from, payload, facts)];
    }
    if (body.deviceInfo.devEui.toLowerCase() !== topicEui.toLowerCase()) return [park('malformed', '/deviceInfo/devEui: not the one of the topic', from, payload, facts)];
    const sentTs = body.time ? Date.parse(body.time) : rx;
    if (Number.isNaN(sentTs)) return [park('malformed', '/time: a date and time of RFC 3339', from, payload, facts)];
    const stranger = refusal(facts, agent, sentTs, rx);
    if (!facts || stranger) return [park(stranger?.reason ?? 'unknown-device', stranger?.detail ?? 'not in the register', from, payload, facts)];
    const decoder = decoderOf(facts.model ?? body.deviceInfo.deviceProfileName ?? '');
    if (!decoder) return [park('unknown-model', `model ${facts.model ?? body.deviceInfo.deviceProfileName ?? 'not given'}`, from, payload, facts)];
    const { data, errors } = decoder.decodeUplink({ bytes: Buffer.from(body.data ?? '', 'base64'), fPort: body.fPort ?? 0, recvTime: new Date(sentTs) });
    if (errors.length > 0) return [park('undecodable-payload', errors.join('; '), from, payload, facts)];

    const best = [...(body.rxInfo ?? [])].sort((a, b) => (b.rssi ?? 0) - (a.rssi ?? 0))[0];
    const metrics = kindOf(facts.kind)?.metrics ?? {};
    const radio = best ? { ...('rssi_dbm' in metrics ? { rssi_dbm: best.rssi ?? 0 } : {}), ...('snr_db' in metrics ? { snr_db: best.snr ?? 0 } : {}) } : {};
    const understood = valuesOf({ values: data }, facts);
    if ('reason' in understood) return [park(understood.reason, understood.detail, from, payload, facts)];
    return [
      {
        type: 'reading',
        reading: {
          device: facts,
          agent,
          boot: null,
          seq: null,
          identity: body.deduplicationId,
          sentTs,
          rx,
          kept: null,
          sent: null,
          ...judgeClock(sentTs, rx),
          values: { ...understood.values, ...radio },
          unknownMetrics: understood.unknownMetrics,
          former: facts.agent !== agent,
        },
      },
    ];
  },
};
