import type { Values } from '../../../devices/kinds/kinds.ts';
import { em310Tilt } from './em310-tilt.ts';

/** A payload decoder in the form of LoRa Alliance TS013. Pure; never throws: what it cannot read is in `errors`. */
export interface Decoder {
  /** As the register's `model` names it. */
  model: string;
  decodeUplink(input: { bytes: Uint8Array; fPort: number; recvTime: Date }): { data: Values; errors: string[]; warnings: string[] };
}

/** The models whose bytes we read. One more is one new file and one line here. */
export const decoders: readonly Decoder[] = [em310Tilt];

export const decoderOf = (model: string): Decoder | undefined => decoders.find((decoder) => decoder.model === model.toLowerCase());
