import { expect, it } from 'vitest';
import { timerGranule } from './timer-granule.ts';

it.each([
  [900, 250, 4096], // ESTABLISHED on a Debian kernel
  [900, 1000, 32768],
  [0.1, 250, 1],
  [10, 250, 64],
])('a timer of %d s at HZ %d fires at a multiple of %d jiffies', (seconds, hz, granule) => {
  expect(timerGranule(seconds, hz)).toBe(granule);
});
