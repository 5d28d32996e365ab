/**
 * What mqtt-packet and Aedes do not look at themselves. The parser of each connection gets these in the place of its own steps; a test holds them to the
 * installed version:
 *
 * - a fixed header that announces more than the limit ends the connection before that is buffered; so does a first packet that is not a CONNECT of decent size;
 * - a packet whose parts do not end where it ends (the parser reads on into the next), and an identifier of 0 (MQTT 3.1.1, 2.3.1).
 */

/** The part of mqtt-packet's parser that is leant on. */
export interface Parser {
  packet: { cmd: string; length: number; messageId?: number };
  client: { connecting: boolean; connected: boolean };
  error: Error | null;
  /** How far of the packet has been read. */
  _pos: number;
  /** Reads the remaining length; false: it is not all there yet. */
  _parseLength(): boolean;
  /** Reads what follows it; false: it is not all there yet. */
  _parsePayload(): boolean;
  _emitError(error: Error): void;
}

/** The most that is taken of who has not introduced itself yet: an id twice, a token, a Will that is an agent's state. */
const connectBytes = 16_384;
/** An identifier alone: without a filter behind it, it is no UNSUBSCRIBE (3.10.3). */
const identifierBytes = 2;

export function packetGuard(maxBytes: number): (parser: Parser) => void {
  let original: Pick<Parser, '_parseLength' | '_parsePayload'> | undefined;
  function bounded(this: Parser): boolean {
    if (!original?._parseLength.call(this)) return false;
    const { cmd, length } = this.packet;
    const known = this.client.connecting || this.client.connected;
    const most = known ? maxBytes : Math.min(maxBytes, connectBytes);
    if (length > most) this._emitError(new Error(`${cmd} of ${length} bytes, at most ${most} are taken`));
    else if (!known && cmd !== 'connect') this._emitError(new Error(`${cmd} before CONNECT`));
    return true;
  }
  function whole(this: Parser): boolean {
    if (!original?._parsePayload.call(this)) return false;
    if (this.error) return true;
    const { cmd, length, messageId } = this.packet;
    // Of a PUBLISH the rest is its payload, which is not counted.
    const ends = cmd === 'publish' ? this._pos <= length : this._pos === length;
    if (!ends) this._emitError(new Error(`${cmd} that does not end where it says`));
    else if (messageId !== undefined && messageId < 1) this._emitError(new Error(`${cmd} without an identifier`));
    else if (cmd === 'unsubscribe' && length === identifierBytes) this._emitError(new Error('unsubscribe without a filter'));
    return true;
  }
  return (parser) => {
    const { _parseLength, _parsePayload, _emitError } = parser;
    if ([_parseLength, _parsePayload, _emitError].some((step) => typeof step !== 'function')) throw new Error('mqtt-packet has changed: packets cannot be bounded');
    original ??= { _parseLength, _parsePayload };
    Object.assign(parser, { _parseLength: bounded, _parsePayload: whole });
  };
}
