import { describe, expect, it } from 'vitest';
import { kernelOf } from '../../../spec/kernel.ts';
import { Cache } from '../../kernels/cache.ts';
import { silent } from '../../system/progress.ts';
import { MicrovmDirector } from './director.ts';
import { GuestSource } from './guest-source.ts';
import { planOf } from './testing.ts';

/** No guest is started: what a kernel lacks is known before. */
const guests = new GuestSource(
  { settings: {} as never, key: 'none', bootable: () => Promise.reject(new Error('nothing boots here')) },
  new Cache('/nowhere'),
  silent,
);
const kernel = kernelOf({ release: '6.1.0-own', version: '6.1.0-own', hz: 250 });
const lacking = (...lacks: { what: string; why: string }[]) =>
  new MicrovmDirector('microvm:own', { kernel, lacks, guests });

describe('a microVM refuses a plan', () => {
  it('that needs what its kernel lacks, with the reason', () => {
    expect(lacking({ what: 'ip_vs_rr', why: 'scheduler rr' }).refuses(planOf())).toBe(
      'kernel 6.1.0-own has no ip_vs_rr (scheduler rr)',
    );
  });

  it('and no other', () => {
    expect(lacking({ what: 'ip_vs_wlc', why: 'scheduler wlc' }).refuses(planOf())).toBeUndefined();
  });
});
