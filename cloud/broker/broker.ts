/**
 * The door of the broker: MQTT 3.1.1 for agents and bridges. The gate asks who says it and whether they may; it never looks inside. Each message is in the
 * journal before its PUBACK. What is taken and what is refused:
 *
 * - CONNECT: user name = id, password = token. An agent's client id is its id too; a bridge's is free. Anything else is CONNACK 4 (token), 2 (client id),
 *   5 (a Will outside its rights), 3 (the journal takes nothing now), 1 (not 3.1.1). Sessions are always clean, CONNACK says `session present` 0.
 * - PUBLISH outside its rights closes the connection; so does what the journal refuses, without a PUBACK.
 * - SUBSCRIBE outside its rights is answered with 0x80 for that filter, then the connection is closed.
 * - `retain` is accepted and keeps nothing: nobody may subscribe to what agents say.
 */
export { Broker, type BrokerOptions } from './mqtt-broker.ts';
