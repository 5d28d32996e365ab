import { describe, expect, it } from 'vitest';
import { Ending } from '../../cloud/ending.ts';
import { createLog } from '../../devices/log.ts';

describe('the end', () => {
  it('undoes the last first, once, and passes over a step that fails or hangs', async () => {
    const done: string[] = [];
    const ending = new Ending(createLog('test', 'silent'));
    ending.add('first', () => void done.push('first'));
    ending.add('hangs', () => new Promise(() => {}));
    ending.add('fails', () => {
      throw new Error('no');
    });
    ending.add('last', async () => void done.push('last'));
    await Promise.all([ending.run(20), ending.run(20)]);
    expect(done).toEqual(['last', 'first']);
  });
});
