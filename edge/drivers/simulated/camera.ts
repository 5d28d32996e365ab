/** A camera on a pole: a picture, its stream's figures, and what its analysis notices. */
import { reject, retry } from '../../../devices/errors.ts';
import { drift, jitter, rounded, trait } from './chance.ts';
import type { Act, PhysicsType } from './physics.ts';
import { renderPicture } from './picture.ts';
import { airOf, dayMs, hourMs, isDark, trafficOf } from './sky.ts';

/** What an act is called as an event; its cause has the same name. */
const events: Partial<Record<Act['act'], string>> = { 'cover-camera': 'covered', 'signal-lost': 'signal-lost', moved: 'moved', intrusion: 'intrusion' };
/** The recorder is emptied once in so long. */
const recordingMs = 30 * dayMs;

export const camera: PhysicsType = {
  kind: 'camera',
  acts: ['cover-camera', 'signal-lost', 'moved', 'intrusion'],
  faults: [
    { act: 'signal-lost', for_s: [120, 1200] },
    { act: 'cover-camera', for_s: [120, 900] },
  ],
  create: ({ device, seed, acting, endAct, handIn }) => ({
    values(at) {
      const lost = acting('signal-lost') !== null;
      const covered = acting('cover-camera') !== null;
      const busy = covered ? 0.05 : trafficOf(at);
      const recorded = ((at + trait(seed, 'recorder', 0, 30) * dayMs) % recordingMs) / recordingMs;
      return {
        fps: lost ? 0 : rounded((isDark(at) ? 20 : 25) + 0.2 * jitter(seed, 'fps', at), 1),
        bitrate_kbps: lost ? 0 : rounded((covered ? 300 : 1400 + 2600 * busy) * (1 + 0.05 * jitter(seed, 'bitrate', at)), 0),
        disk_free_pct: rounded(82 - 64 * recorded, 0),
        temperature_c: rounded(airOf(at) + 9 + drift(seed, 'housing', at, hourMs), 1),
      };
    },
    begun({ act }) {
      const event = events[act];
      if (!event) return [];
      return [event === 'intrusion' ? { event, data: { zone: 'perimeter-1' } } : { event }];
    },
    ended({ act }) {
      const cause = events[act];
      return cause ? [{ event: 'restored', data: { cause } }] : [];
    },
    async command({ id, name, args }, at) {
      if (acting('signal-lost')) throw retry('no-signal', 'the camera gives no picture: its signal is lost');
      if (name === 'preset') {
        // Back to where it should look.
        endAct('moved');
        return { preset: args.preset };
      }
      if (name !== 'snapshot') throw reject('unknown-command', `a simulated camera does not know ${name}`);
      const bytes = await renderPicture({ device, seed, at, covered: acting('cover-camera') !== null, moved: acting('moved') !== null });
      await handIn(id, { bytes, type: 'image/jpeg' });
      return { bytes: bytes.length, width: 640, height: 360 };
    },
  }),
};
