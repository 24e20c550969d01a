import { expect, it } from 'vitest';
import { kernelOf } from '../../../spec/kernel.ts';
import { MachineError } from '../../errors.ts';
import { Cache } from '../../kernels/cache.ts';
import { silent } from '../../system/progress.ts';
import type { Played } from '../director.ts';
import { MicrovmDirector } from './director.ts';
import { GuestSource } from './guest-source.ts';
import { planOf } from './testing.ts';

/** No guest is started: each attempt to boot one ends with this on its console. */
async function playedWith(console: string): Promise<Played[]> {
  const failing = () =>
    Promise.reject(new MachineError('the guest did not boot: the guest ended', { console }));
  const guests = new GuestSource(
    { settings: {} as never, key: 'none', bootable: failing },
    new Cache('/nowhere'),
    silent,
  );
  const kernel = kernelOf({ release: '6.1.0-own', version: '6.1.0-own', hz: 250 });
  const director = new MicrovmDirector('microvm:own', { kernel, lacks: [], guests });
  const results: Played[] = [];
  for await (const result of director.play([planOf(), planOf()])) results.push(result);
  return results;
}

it('a module that oopses when it is loaded is a crash of every plan, with its place', async () => {
  const console =
    'BUG: kernel NULL pointer dereference, address: 08\nRIP: 0010:init_module+0x1/0x2 [dummy]\n';
  const results = await playedWith(console);
  expect(results).toHaveLength(2);
  for (const result of results)
    expect(result).toMatchObject({
      kind: 'crash',
      what: 'while booting: BUG: kernel NULL pointer dereference, address: 08',
      fingerprint: expect.stringMatching(/^boot BUG: .* init_module$/),
      booting: true,
      console,
    });
});

it("a guest that does not boot for another reason is nobody's finding", async () => {
  const [result] = await playedWith('SeaBIOS\n');
  expect(result).toMatchObject({ kind: 'infra-error', what: expect.stringContaining('did not boot') });
});
