import fc from 'fast-check';
import type { TcpOption } from '../../spec/wire/tcp.ts';
import { oneOf, percent, sometimes, weighted } from '../draws.ts';

/** How the two ends of a flow speak TCP: what their SYNs offer, the windows they show, where they count from. */
export interface Dialect {
  readonly client: Manner;
  readonly server: Manner;
  /** Every segment carries timestamps. */
  readonly timestamps: boolean;
}

export interface Manner {
  /** The sequence number on the wire that counts as 0. */
  readonly isn: number;
  readonly window: number;
  /** What its SYN offers beside timestamps. */
  readonly options: readonly TcpOption[];
}

/** Around 0, since a sequence number is a point on a circle, and anywhere. */
function isn(usual: number): fc.Arbitrary<number> {
  return oneOf<number>(
    [6, fc.constant(usual)],
    [2, fc.integer({ min: 1, max: 3000 }).map((before) => 2 ** 32 - before)],
    [1, fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1)],
    [2, fc.integer({ min: 0, max: 2 ** 32 - 1 })],
  );
}

const window: fc.Arbitrary<number> = weighted([8, 64240], [2, 65535], [2, 1000], [1, 502], [1, 100], [1, 1]);

const options: fc.Arbitrary<readonly TcpOption[]> = fc
  .tuple(
    sometimes(60, weighted([3, 1460], [1, 536])),
    sometimes(40, weighted([3, 7], [1, 0], [1, 14], [1, 15])),
    percent(40),
  )
  .map(([mss, shift, sack]) => [
    ...(mss === undefined ? [] : [{ kind: 'mss', value: mss } as const]),
    ...(sack ? [{ kind: 'sackOK' } as const] : []),
    ...(shift === undefined ? [] : [{ kind: 'nop' } as const, { kind: 'wscale', shift } as const]),
  ]);

function manner(usualIsn: number): fc.Arbitrary<Manner> {
  return oneOf<Manner>(
    [2, fc.record({ isn: isn(usualIsn), window: fc.constant(64240), options: fc.constant([]) })],
    [3, fc.record({ isn: isn(usualIsn), window, options })],
  );
}

export const dialect: fc.Arbitrary<Dialect> = fc.record({
  client: manner(1000),
  server: manner(5000),
  timestamps: percent(10),
});

/** What tcp(7) sends with timestamps: two bytes of padding, so that the values are aligned. */
export function timestampOption(value: number, echo: number): readonly TcpOption[] {
  return [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'timestamp', value, echo }];
}
