import fc from 'fast-check';
import type { Target } from '../../spec/config/rules.ts';
import { oneOf, weighted } from '../draws.ts';

/** Few, so that those who set and those who ask meet. */
export const markValue: fc.Arbitrary<number> = weighted([4, 0], [4, 1], [2, 2], [2, 0x100], [1, 0xffffffff]);

export const markMask: fc.Arbitrary<number> = weighted([5, 0xffffffff], [2, 0xff], [1, 0xf0], [1, 0]);

const bits = fc.record({ value: weighted([4, 1], [2, 2], [3, 0x100], [1, 0]), mask: markMask });

/** Marks the packet. */
export const markTarget: fc.Arbitrary<Target> = bits.map((bits) => ({ kind: 'MARK', ...bits }));

/** Marks the connection, or moves the mark between packet and connection. */
export const connmarkTarget: fc.Arbitrary<Target> = oneOf<Target>(
  [1, bits.map((bits) => ({ kind: 'CONNMARK', op: 'set', ...bits }) as const)],
  [
    2,
    fc.record({
      kind: fc.constant('CONNMARK' as const),
      op: fc.constantFrom('save' as const, 'restore' as const),
      packetMask: markMask,
      connectionMask: markMask,
    }),
  ],
);
