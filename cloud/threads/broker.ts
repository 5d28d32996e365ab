/** The thread of the broker: Aedes and nothing else. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../devices/clock.ts';
import { createLog } from '../../devices/log.ts';
import { Broker } from '../broker/broker.ts';
import { rpcOver } from './rpc.ts';
import type { BrokerCalls, BrokerData, BrokerTells } from './threads.ts';

const { logLevel, ...data } = workerData as BrokerData;
const broker: Broker = new Broker({
  ...data,
  clock: systemClock,
  log: createLog('broker', logLevel),
  tells: {
    connected: (agent) => void main.connected(agent),
    subscribed: (agent) => void main.subscribed(agent),
    disconnected: (agent, clean) => void main.disconnected(agent, clean),
  },
});
await broker.start();

const calls: BrokerCalls = {
  setCredentials: (all) => broker.setCredentials(all),
  putCredential: (one) => broker.putCredential(one),
  removeCredential: (id) => broker.removeCredential(id),
  listen: () => broker.listen(),
  send: (agent, topic, payload) => broker.send(agent, topic, payload),
  sendDownlink: (bridge, topic, payload) => broker.sendDownlink(bridge, topic, payload),
  stats: () => broker.stats(),
  stop: () => broker.stop(),
};
const main = rpcOver<BrokerTells, BrokerCalls>(parentPort as NonNullable<typeof parentPort>, calls, ['connected', 'subscribed', 'disconnected']);
