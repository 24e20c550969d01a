import fc from 'fast-check';
import type { AddressRange, AddressTypes, LimitPeriod, Match } from '../../spec/config/rules.ts';
import { anyAddress, clientAddress } from '../addresses.ts';
import { oneOf, percent, sometimes, weighted } from '../draws.ts';

const inverted = percent(20);

/** Around what segments without data, pings and full packets have. */
const lengthMatch: fc.Arbitrary<Match> = fc
  .tuple(
    weighted([3, 40], [2, 44], [1, 28], [2, 60], [1, 84], [1, 576], [1, 1500], [1, 0]),
    weighted([3, 0], [2, 20], [1, 1000]),
  )
  .chain(([first, more]) =>
    inverted.map((inverted) => ({ kind: 'length', first, last: first + more, inverted })),
  );

/** Hosts send 64, and the director takes one away. */
const ttlMatch: fc.Arbitrary<Match> = fc
  .tuple(
    weighted<'eq' | 'lt' | 'gt'>([3, 'eq'], [2, 'lt'], [1, 'gt']),
    weighted([4, 64], [4, 63], [1, 62], [1, 1], [1, 2]),
    inverted,
  )
  .map(([test, ttl, not]) => ({ kind: 'ttl', test, ttl, inverted: test === 'eq' && not }));

/** One end of it is somebody's, mostly of one who begins. */
const range: fc.Arbitrary<AddressRange> = fc
  .tuple(
    oneOf([1, anyAddress], [1, clientAddress]),
    weighted([2, 0], [2, 1], [1, 100]),
    fc.boolean(),
    inverted,
  )
  .map(([end, more, isLast, inverted]) =>
    isLast ? { first: end - more, last: end, inverted } : { first: end, last: end + more, inverted },
  );

const iprangeMatch: fc.Arbitrary<Match> = fc
  .tuple(range, sometimes(30, range), fc.boolean())
  .map(([one, other, swapped]) => {
    const [source, destination] = swapped ? [other, one] : [one, other];
    return { kind: 'iprange', ...(source && { source }), ...(destination && { destination }) };
  });

/** Two rules of the same words shall stay one rule each: some need quotes. */
const comment: fc.Arbitrary<Match> = fc
  .constantFrom('web', 'the web', 'see "ticket" 7')
  .map((text) => ({ kind: 'comment', text }));

/** Clients say 1460 mostly, and TCPMSS makes it less. */
export const mssMatch: fc.Arbitrary<Match> = fc
  .tuple(weighted([3, 1460], [1, 536], [2, 1400], [1, 0]), weighted([3, 0], [2, 100], [1, 0xffff]), inverted)
  .map(([first, more, inverted]) => ({
    kind: 'tcpmss',
    first,
    last: Math.min(0xffff, first + more),
    inverted,
  }));

/** What the next packets may still do, and what waits win back. */
export const limitMatch: fc.Arbitrary<Match> = fc
  .tuple(
    weighted([2, 1], [2, 3], [1, 20]),
    weighted<LimitPeriod>([3, 'second'], [3, 'minute'], [1, 'hour']),
    weighted([3, 1], [2, 2], [1, 5]),
  )
  .map(([packets, per, burst]) => ({ kind: 'limit', packets, per, burst }));

const tosMatch: fc.Arbitrary<Match> = oneOf<Match>(
  [
    2,
    fc
      .tuple(weighted([3, 0], [2, 0x10], [1, 0x08]), weighted([2, 0xff], [2, 0x3f]), inverted)
      .map(([value, mask, inverted]) => ({ kind: 'tos', value, mask, inverted })),
  ],
  [
    1,
    fc
      .tuple(weighted([2, 0], [2, 0x2e], [1, 4]), inverted)
      .map(([dscp, inverted]) => ({ kind: 'dscp', dscp, inverted })),
  ],
);

const types: fc.Arbitrary<AddressTypes> = fc.record({
  types: weighted<AddressTypes['types']>([3, ['LOCAL']], [4, ['UNICAST']], [1, ['BROADCAST', 'MULTICAST']]),
  inverted,
});

const addrtypeMatch: fc.Arbitrary<Match> = fc
  .tuple(types, sometimes(30, types), fc.boolean())
  .map(([one, other, swapped]) => {
    const [source, destination] = swapped ? [one, other] : [other, one];
    return { kind: 'addrtype', ...(source && { source }), ...(destination && { destination }) };
  });

/** What a firewall looks at besides protocols and connections. */
export const headerMatch: fc.Arbitrary<Match> = oneOf<Match>(
  [3, lengthMatch],
  [3, ttlMatch],
  [5, iprangeMatch],
  [3, tosMatch],
  [8, addrtypeMatch],
  [1, comment],
);
