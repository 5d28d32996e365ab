/**
 * Ends a connection as soon as a fixed header announces more than the limit, before that is buffered; and one whose first packet is not CONNECT. Neither Aedes
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

export function packetGuard(maxBytes: number): (parser: Parser) => void {
  let original: Parser['_parseLength'];
  function guarded(this: Parser): boolean {
    if (!original.call(this)) return false;
    const { cmd, length } = this.packet;
    if (length > maxBytes) this._emitError(new Error(`packet of ${length} bytes, at most ${maxBytes} are taken`));
    else if (cmd !== 'connect' && !this.client.connecting && !this.client.connected) this._emitError(new Error(`${cmd} before CONNECT`));
    return true;
  }
  return (parser) => {
    if (typeof parser._parseLength !== 'function' || typeof parser._emitError !== 'function') throw new Error('mqtt-packet has changed: packets cannot be bounded');
    original ??= parser._parseLength;
    parser._parseLength = guarded;
  };
}
