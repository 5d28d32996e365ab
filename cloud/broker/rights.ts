/** Who may publish and subscribe to what (contract, "MQTT"). Pure. */
import { commandFilter, flowTopic, root } from '../../devices/wire/topics.ts';

export interface Rights {
  /** What all its own topics begin with; null for a bridge, whose topics are those of the dialects. */
  prefix: string | null;
  mayPublish(topic: string): boolean;
  maySubscribe(filter: string): boolean;
}

/** Whether a topic fits a filter of names and `+`. */
export function fits(filter: readonly string[], topic: string): boolean {
  const parts = topic.split('/');
  return parts.length === filter.length && filter.every((part, i) => part === '+' || part === parts[i]);
}

/** Whether all that `asked` would bring is brought by `allowed`, a filter of names and `+`. `#` covers more than any of them. */
export function covers(allowed: readonly string[], asked: string): boolean {
  const parts = asked.split('/');
  return parts.length === allowed.length && allowed.every((part, i) => parts[i] !== '#' && (part === '+' ? parts[i] !== '' : part === parts[i]));
}

const split = (filter: string) => filter.split('/');

/** What is said to the agent below its own prefix, it does not say itself: `flow` and `{device}/command`. */
const saidToAgents = /^(flow|[^/]*\/command)$/;

export function agentRights(agent: string): Rights {
  const prefix = `${root}/${agent}/`;
  const down = [commandFilter(agent), flowTopic(agent)].map(split);
  return {
    prefix,
    mayPublish: (topic) => {
      if (!topic.startsWith(prefix)) return false;
      // Only what ends as those two do is looked at closely: this runs for every message.
      const last = topic.charCodeAt(topic.length - 1);
      return (last !== 100 /* d */ && last !== 119) /* w */ || !saidToAgents.test(topic.slice(prefix.length));
    },
    maySubscribe: (filter) => down.some((allowed) => covers(allowed, filter)),
  };
}

/** Every bridge has the topics of every dialect: which devices it speaks for is judged where devices are known. */
export function bridgeRights(dialects: readonly { topic: string; downlink: string }[]): Rights {
  const up = dialects.map(({ topic }) => split(topic));
  const down = dialects.map(({ downlink }) => split(downlink));
  return {
    prefix: null,
    mayPublish: (topic) => up.some((filter) => fits(filter, topic)),
    maySubscribe: (filter) => down.some((allowed) => covers(allowed, filter)),
  };
}

/** MQTT 3.1.1, 1.5.3: no NUL, and no ill-formed UTF-8, which the parser turns into U+FFFD. */
export const isText = (text: string): boolean => !text.includes('\0') && !text.includes('\ufffd');

/** Whether it may say this: a topic has no wildcard (4.7). */
export function isTopicOf(topic: string, rights: Rights): boolean {
  return rights.mayPublish(topic) && isText(topic) && !topic.includes('+') && !topic.includes('#');
}
