import { expect, it } from 'vitest';
import { wheelExpiry } from './timer-wheel.ts';

it.each([
  { span: '3 s', now: 4_194_304, expires: 4_194_304 + 750, slot: 64 },
  { span: '10 s', now: 4_194_304, expires: 4_194_304 + 2500, slot: 64 },
  { span: '60 s', now: 4_194_305, expires: 4_194_305 + 15_000, slot: 512 },
  { span: '900 s', now: 4_194_307, expires: 4_194_307 + 225_000, slot: 4096 },
])('a timer of $span runs at the end of its slot of $slot jiffies', ({ now, expires, slot }) => {
  const fires = wheelExpiry(now, expires);

  expect(fires % slot).toBe(0);
  expect(fires).toBeGreaterThan(expires);
  expect(fires - expires).toBeLessThanOrEqual(slot);
});

it('a timer for now, or for what is past, runs at the next tick', () => {
  expect(wheelExpiry(1000, 1000)).toBe(1001);
  expect(wheelExpiry(1000, 900)).toBe(1001);
});
