/** The door of the kinds: what a device is. One more kind is one new file and one line in this list. */
import { alarmPost } from './alarm-post.ts';
import type { Kind } from './blocks.ts';
import { camera } from './camera.ts';
import { faceGate } from './face-gate.ts';
import { manholeCover } from './manhole-cover.ts';
import { streetlight } from './streetlight.ts';

export * from './blocks.ts';
export { tiltOf } from './manhole-cover.ts';

export const kinds: readonly Kind[] = [manholeCover, streetlight, alarmPost, faceGate, camera];

const byId = new Map(kinds.map((kind) => [kind.id, kind]));
export const kindOf = (id: string): Kind | undefined => byId.get(id);
export const kindIds = kinds.map((kind) => kind.id);
