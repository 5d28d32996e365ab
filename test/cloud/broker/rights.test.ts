import { expect, test } from 'vitest';
import { agentRights, bridgeRights, isTopicOf } from '../../../cloud/broker/rights.ts';

const agent = agentRights('gw-01');
const bridge = bridgeRights([{ topic: 'application/+/device/+/event/+', downlink: 'application/+/device/+/command/+' }]);

test.each([
  ['gw/v1/gw-01/telemetry', true],
  ['gw/v1/gw-01/cover-1/telemetry', true],
  ['gw/v1/gw-01/state', true],
  // Malformed below its own: taken, and parked later.
  ['gw/v1/gw-01/', true],
  ['gw/v1/gw-01/cover-1/rainbow', true],
  ['gw/v1/gw-01/a/b/c/d', true],
  ['gw/v1/gw-01/a/b/command', true],
  ['gw/v1/gw-01/command', true],
  ['gw/v1/gw-01/overflow', true],
  ['gw/v1/gw-01/cover-1/flow', true],
  // Said to it, not by it.
  ['gw/v1/gw-01/flow', false],
  ['gw/v1/gw-01/cover-1/command', false],
  // Not its own.
  ['gw/v1/gw-01', false],
  ['gw/v1/gw-011/telemetry', false],
  ['gw/v1/gw-02/telemetry', false],
  ['gw/v1/GW-01/telemetry', false],
  ['$SYS/gw/v1/gw-01/telemetry', false],
  ['/gw/v1/gw-01/telemetry', false],
  ['application/1/device/2/event/up', false],
  ['', false],
  ['gw/v1/gw-01/a\0b/event', false],
  ['gw/v1/gw-01/a\ufffd/event', false],
  ['gw/v1/gw-01/+/event', false],
  ['gw/v1/gw-01/#', false],
])('an agent publishes on %j: %s', (topic, may) => {
  expect(isTopicOf(topic, agent)).toBe(may);
});

test.each([
  ['gw/v1/gw-01/+/command', true],
  ['gw/v1/gw-01/cover-1/command', true],
  ['gw/v1/gw-01/flow', true],
  ['gw/v1/gw-01/#', false],
  ['gw/v1/gw-01/+', false],
  ['gw/v1/gw-01/+/+', false],
  ['gw/v1/+/flow', false],
  ['gw/v1/+/+/command', false],
  ['gw/v1/gw-02/+/command', false],
  ['gw/v1/gw-01/state', false],
  ['gw/v1/gw-01//command', false],
  ['#', false],
  ['+', false],
  ['$SYS/#', false],
  ['$share/a/gw/v1/gw-01/flow', false],
])('an agent subscribes to %j: %s', (filter, may) => {
  expect(agent.maySubscribe(filter)).toBe(may);
});

test.each([
  ['application/1/device/24e124/event/up', true],
  ['application/1/device/24e124/command/down', false],
  ['application/1/device/24e124/event', false],
  ['gw/v1/cs-01/telemetry', false],
  ['$SYS/x', false],
])('a bridge publishes on %j: %s', (topic, may) => {
  expect(isTopicOf(topic, bridge)).toBe(may);
});

test.each([
  ['application/+/device/+/command/+', true],
  ['application/1/device/+/command/down', true],
  ['application/#', false],
  ['application/+/device/+/+/+', false],
  ['application/+/device/+/event/up', false],
  ['$share/a/application/+/device/+/command/+', false],
  ['gw/v1/+/flow', false],
])('a bridge subscribes to %j: %s', (filter, may) => {
  expect(bridge.maySubscribe(filter)).toBe(may);
});
