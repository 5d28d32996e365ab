import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ThreadOutbox } from '../../../edge/outbox/outbox.ts';
import { outboxContract } from '../../contracts/outbox.ts';
import { TestClock } from '../../kit/clock.ts';
import { silent } from '../recorder.ts';

const thread = pathToFileURL(join(import.meta.dirname, '../../../dist/edge/outbox.thread.js'));
const open = (folder: string, { maxMb, now }: { maxMb: number; now: number }) => new ThreadOutbox({ folder, maxMb, clock: new TestClock(now), log: silent, thread });
const place = () => mkdtemp(join(tmpdir(), 'gw-outbox-'));

outboxContract('SQLite in its thread', { place, open, remove: (folder) => rm(folder, { recursive: true }) });

describe('the outbox in its thread', () => {
  it('refuses a folder that cannot be written, in one sentence', async () => {
    const folder = await place();
    await writeFile(join(folder, 'file'), '');
    const outbox = open(join(folder, 'file', 'data'), { maxMb: 1, now: 0 });
    await expect(outbox.start()).rejects.toMatchObject({ next: 'fatal', message: `data folder ${folder}/file/data cannot be written (ENOTDIR)` });
    await outbox.stop();
    await rm(folder, { recursive: true });
  });

  it('acknowledges by the clock when no commit comes along', async () => {
    const folder = await place();
    const clock = new TestClock();
    const outbox = new ThreadOutbox({ folder, maxMb: 1, clock, log: silent, thread });
    await outbox.start();
    await outbox.add({ readings: [{ device: 'a', body: '{}' }] });
    const [parcel] = await outbox.take({ publishes: 1, telemetry: true });
    const committed = new Promise<void>((resolve) => outbox.onChange(resolve));
    outbox.forget(parcel?.key as number);
    expect(outbox.stats().waiting).toBe(0);
    clock.advance(2000);
    await committed;
    expect(outbox.stats().waiting).toBe(0);
    await outbox.stop();
    await rm(folder, { recursive: true });
  });
});
