/**
 * What Aedes asks of its persistence, answered by a gate that keeps nothing: every session is clean, nothing is retained, Wills are the gate's own
 * (presence.ts), and commands wait in the database, not here. Only the identifiers of QoS 2 messages in flight are kept, with their connection.
 */
import { Readable } from 'node:stream';
import type { Link } from './link.ts';

interface Holder {
  link?: Link;
}
interface Numbered {
  messageId: number;
}

export class NoMemory {
  // Aedes insists on async functions.
  async setup(): Promise<void> {}
  async subscriptionsByClient(): Promise<never[]> {
    return [];
  }
  async addSubscriptions(): Promise<void> {}
  async removeSubscriptions(): Promise<void> {}
  async cleanSubscriptions(): Promise<void> {}
  async putWill(): Promise<void> {}
  async delWill(): Promise<void> {}
  streamWill(): Readable {
    return Readable.from([]);
  }
  createRetainedStreamCombi(): Readable {
    return Readable.from([]);
  }
  outgoingStream(): Readable {
    return Readable.from([]);
  }
  async outgoingUpdate(): Promise<void> {}

  /** A PUBACK has come in. */
  async outgoingClearMessageId({ link }: Holder, { messageId }: Numbered): Promise<undefined> {
    link?.acked(messageId);
  }

  /** A QoS 2 message is written down; it is not to be taken again before its PUBREL. */
  async incomingStorePacket({ link }: Holder, { messageId }: Numbered): Promise<void> {
    if (!link) return;
    link.received ??= new Set();
    link.received.add(messageId);
  }
  async incomingGetPacket({ link }: Holder, { messageId }: Numbered): Promise<Numbered> {
    if (link?.received?.has(messageId)) return { messageId };
    throw new Error('no such message');
  }
  async incomingDelPacket({ link }: Holder, { messageId }: Numbered): Promise<void> {
    if (!link?.received?.delete(messageId)) throw new Error('no such message');
  }
  async cleanIncoming({ link }: Holder): Promise<void> {
    link?.received?.clear();
  }
}
