/**
 * Ends a connection as soon as a fixed header announces more than the limit, before that is buffered; and one whose first packet is not a CONNECT of decent
 * size. Neither Aedes
 * nor mqtt-packet has a limit, so the parser of each connection gets this in the place of its own step. A test holds it to the installed version.
 */

/** The part of mqtt-packet's parser that is leant on. */
export interface Parser {
  packet: { cmd: string; length: number };
  client: { connecting: boolean; connected: boolean };
  /** Reads the remaining length; false: it is not all there yet. */
  _parseLength(): boolean;
  _emitError(error: Error): void;
}

/** The most that is taken of who has not introduced itself yet: an id twice, a token, a Will that is an agent's state. */
const connectBytes = 16_384;

export function packetGuard(maxBytes: number): (parser: Parser) => void {
  let original: Parser['_parseLength'];
  function guarded(this: Parser): boolean {
    if (!original.call(this)) return false;
    const { cmd, length } = this.packet;
    const known = this.client.connecting || this.client.connected;
    const most = known ? maxBytes : Math.min(maxBytes, connectBytes);
    if (length > most) this._emitError(new Error(`${cmd} of ${length} bytes, at most ${most} are taken`));
    else if (!known && cmd !== 'connect') this._emitError(new Error(`${cmd} before CONNECT`));
    return true;
  }
  return (parser) => {
    if (typeof parser._parseLength !== 'function' || typeof parser._emitError !== 'function') throw new Error('mqtt-packet has changed: packets cannot be bounded');
    original ??= parser._parseLength;
    parser._parseLength = guarded;
  };
}
