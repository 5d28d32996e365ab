/** A command to a device, from its asking to its end. Times in ms. */
export interface CommandTable {
  /** A ULID: the order of ids is that of asking. */
  id: string;
  device: string;
  /** Who brings it there. */
  agent: string;
  /** 1: a bridge, which sends no reply. */
  bridge: number;
  name: string;
  /** JSON. */
  args: string;
  status: string;
  /** JSON; what the device answered. */
  result: string | null;
  error: string | null;
  /** JSON of a `KeptPicture`: what a `snapshot` brought. */
  photo: string | null;
  by: string;
  at: number;
  expires: number;
  sent: number | null;
  ended: number | null;
}
