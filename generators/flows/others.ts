import fc from 'fast-check';
import type { OtherPacket } from '../../spec/scenario.ts';
import { fold, sumWords } from '../../spec/wire/checksum.ts';
import { IP_PROTOCOLS, NOT_OTHER } from '../../spec/wire/ip-protocols.ts';
import { PROTOCOL_MPLS, setWord } from '../../spec/wire/ipv4.ts';
import { UNNAMED_PROTOCOLS } from '../addresses.ts';
import { oneOf, sometimes, weighted } from '../draws.ts';
import { UNNAMED } from './story.ts';

/** What a packet is of, and what it carries. */
type Body = Pick<OtherPacket, 'protocol' | 'length' | 'data'>;

const { igmp, ipip, ipv6, gre, esp, ah, pim } = IP_PROTOCOLS;

const NUMBERS: readonly number[] = Array.from({ length: 256 }, (_, number) => number);
const OTHERS = NUMBERS.filter((protocol) => !NOT_OTHER.has(protocol));

/** Around what headers need, and up to what a frame takes. */
const length = weighted([6, 100], [2, 24], [1, 8], [1, 0], [1, 1], [2, 1480]);

/** What comes of IPsec: keys are agreed upon by UDP. */
export const ipsecBody: fc.Arbitrary<Body> = fc.record({
  protocol: weighted([3, esp], [2, ah]),
  length,
});

/** Around what GRE must have, and what is in it. */
const greLength = weighted([8, 44], [2, 16], [1, 12], [1, 11], [1, 8], [3, 7], [2, 4], [1, 1480]);

/** Headers of GRE: with options, of PPTP, of a version that there is not, with routes, of ERSPAN, of a bridge. */
const GRE_HEADERS = [
  [6, [0x00, 0x00, 0x08, 0x00, 0x45]],
  [2, [0x20, 0x00, 0x08, 0x00, 0, 0, 0, 7]],
  [1, [0xb0, 0x00, 0x08, 0x00, 0, 0, 0, 0]],
  [3, [0x30, 0x01, 0x88, 0x0b, 0, 20, 0, 9]],
  [2, [0x30, 0x01, 0x88, 0x0b, 0, 20, 0, 10]],
  [1, [0x00, 0x01, 0x08, 0x00, 0, 0, 0, 9]],
  [3, [0x00, 0x02, 0x08, 0x00]],
  [1, [0x40, 0x00, 0x08, 0x00]],
  [1, [0x10, 0x00, 0x88, 0xbe]],
  [1, [0x00, 0x00, 0x65, 0x58]],
] as const satisfies readonly (readonly [weight: number, bytes: readonly number[]])[];

const greBody: fc.Arbitrary<Body> = oneOf<Body>(
  [
    6,
    fc
      .tuple(greLength, weighted<readonly number[]>(...GRE_HEADERS))
      .map(([length, header]) => ({ protocol: gre, length, data: Uint8Array.from(header).slice(0, length) })),
  ],
  [1, fc.constantFrom(0, 1).map((wrong) => ({ protocol: gre, length: 44, data: summedGre(44, wrong) }))],
);

/** GRE with a checksum, which is off by so much. */
function summedGre(length: number, wrong: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0x80, 0x00, 0x08, 0x00]);
  setWord(bytes, 4, fold(sumWords(bytes)) ^ wrong);
  return bytes;
}

/** A TCP header's first bytes within an IP header, from 10.0.0.2 to the first virtual address. */
const INNER = Uint8Array.from([
  ...[0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6, 0x26, 0x5d, 10, 0, 0, 2, 10, 0, 0, 100],
  ...[0x9c, 0x40, 0, 80],
]);

/** Another packet within, or less than its header. */
const wrappedBody: fc.Arbitrary<Body> = fc
  .tuple(
    weighted([4, ipip], [1, ipv6], [1, PROTOCOL_MPLS]),
    weighted([5, 40], [1, 39], [1, 20], [1, 19], [1, 4], [1, 3], [1, 1480]),
  )
  .map(([protocol, length]) => {
    const data = protocol === ipip ? INNER.slice(0, length) : undefined;
    return { protocol, length, ...(data && { data }) };
  });

const anyBody: fc.Arbitrary<Body> = fc.record({
  protocol: oneOf([3, fc.constantFrom(...OTHERS)], [1, fc.constantFrom<number>(...UNNAMED_PROTOCOLS)]),
  length,
});

export const otherBody: fc.Arbitrary<Body> = oneOf<Body>(
  [4, ipsecBody],
  [6, greBody],
  [3, wrappedBody],
  [1, fc.record({ protocol: fc.constantFrom(igmp, pim), length })],
  [3, anyBody],
);

/** One packet of such a protocol. */
export function otherPacket(body: fc.Arbitrary<Body>): fc.Arbitrary<OtherPacket> {
  return fc
    .tuple(
      weighted<OtherPacket['from']>([3, 'client'], [2, 'server']),
      body,
      sometimes(5, weighted([2, 1], [1, 0], [1, 2])),
    )
    .map(([from, body, ttl]) => ({
      kind: 'other',
      flow: UNNAMED,
      from,
      ...body,
      ...(ttl === undefined ? {} : { ttl }),
    }));
}

/** One, or one and the other end's answer, or two of each. */
export const others: fc.Arbitrary<readonly OtherPacket[]> = fc
  .tuple(otherPacket(otherBody), weighted([2, 'one'], [3, 'answered'], [2, 'twice']))
  .map(([packet, said]) => {
    const answer: OtherPacket = { ...packet, from: packet.from === 'client' ? 'server' : 'client' };
    if (said === 'one') return [packet];
    return said === 'twice' ? [packet, answer, packet, answer] : [packet, answer];
  });
