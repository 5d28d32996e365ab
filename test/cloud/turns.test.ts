import { expect, it } from 'vitest';
import { Turns } from '../../cloud/turns.ts';

/** Work that a test finishes when it likes. */
function work(turns: Turns) {
  const begun: string[] = [];
  const finish = new Map<string, (how?: Error) => void>();
  const ask = (who: string, what: string) =>
    turns.take(who, () => {
      begun.push(what);
      return new Promise<string>((resolve, reject) => finish.set(what, (error) => (error ? reject(error) : resolve(what))));
    });
  return { begun, ask, finish: (what: string, error?: Error) => finish.get(what)?.(error) };
}
const settled = () => new Promise(setImmediate);

it('who asks once does not wait for all that another has asked for', async () => {
  const { begun, ask, finish } = work(new Turns(1));
  const all = [ask('much', 'a'), ask('much', 'b'), ask('much', 'c'), ask('little', 'd')];
  for (const what of ['a', 'b', 'd', 'c']) {
    await settled();
    expect(begun.at(-1)).toBe(what);
    finish(what);
  }
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
});

it('no more runs at once than may, and what fails holds up nobody', async () => {
  const { begun, ask, finish } = work(new Turns(2));
  const failing = ask('one', 'a');
  const others = [ask('one', 'b'), ask('one', 'c')];
  await settled();
  expect(begun).toEqual(['a', 'b']);
  finish('a', new Error('no'));
  await expect(failing).rejects.toThrow('no');
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const what of ['b', 'c']) finish(what);
  expect(await Promise.all(others)).toEqual(['b', 'c']);
});
