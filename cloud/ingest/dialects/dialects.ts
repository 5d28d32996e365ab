import type { Dialect } from '../ingest.ts';
import { chirpstack } from './chirpstack.ts';

/** What bridges may say. One more dialect is one new file and one line here. */
export const dialects: readonly Dialect[] = [chirpstack];

const matchers = dialects.map((dialect) => ({ dialect, filter: dialect.topic.split('/') }));

/** The dialect whose topic filter this topic fits. */
export function dialectOf(topic: string): Dialect | undefined {
  const parts = topic.split('/');
  return matchers.find(({ filter }) => filter.length === parts.length && filter.every((part, i) => part === '+' || part === parts[i]))?.dialect;
}
