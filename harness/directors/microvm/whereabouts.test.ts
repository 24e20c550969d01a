import { expect, it } from 'vitest';
import { judge } from './whereabouts.ts';

const look = (ring: 0 | 3, halted: 0 | 1): string =>
  `RIP=ffffffff81a17a0b RFL=00000246 [---Z-P-] CPL=${ring} II=0 A20=1 SMM=0 HLT=${halted}`;

it('a processor that was met halted has nothing to do', () => {
  expect(judge([look(0, 0), look(3, 0), look(0, 1)])).toBe('idle');
});

it('one that never leaves the kernel is stuck there', () => {
  expect(judge([look(0, 0), look(0, 0)])).toBe('kernel');
});

it('one that runs a program is not', () => {
  expect(judge([look(0, 0), look(3, 0)])).toBe('program');
});
