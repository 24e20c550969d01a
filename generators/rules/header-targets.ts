import fc from 'fast-check';
import type { Rule, Target } from '../../spec/config/rules.ts';
import { RST, SYN } from '../../spec/wire/tcp.ts';
import { oneOf, weighted } from '../draws.ts';
import { TCP, tcpRule } from './write.ts';

/** Changes the byte that `tosMatch` asks for. */
export const tosTarget: fc.Arbitrary<Target> = oneOf<Target>(
  [
    2,
    fc
      .tuple(weighted([3, 0x10], [1, 0x08], [1, 0xff], [1, 0]), weighted([2, 0xff], [2, 0x3f], [1, 0]))
      .map(([value, mask]) => ({ kind: 'TOS', value, mask })),
  ],
  [1, weighted([2, 0x2e], [1, 10], [1, 0]).map((dscp) => ({ kind: 'DSCP', dscp }))],
);

const syn = { kind: 'tcp', flags: { mask: SYN | RST, set: SYN, inverted: false } } as const;

/** What routers in front of narrow links say of each SYN. */
export const mssRule: fc.Arbitrary<Rule> = weighted<number | undefined>(
  [3, undefined],
  [2, 1400],
  [1, 536],
  [1, 100],
).map((mss) => ({
  ...tcpRule({ kind: 'TCPMSS', ...(mss !== undefined && { mss }) }, syn),
  protocol: TCP,
}));
