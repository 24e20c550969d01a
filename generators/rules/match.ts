import fc from 'fast-check';
import {
  CT_STATES,
  type CtState,
  type Match,
  NAT_STATES,
  type NatState,
  type PortRange,
} from '../../spec/config/rules.ts';
import { ACK, FIN, PSH, RST, SYN, URG } from '../../spec/wire/tcp.ts';
import { FREE_PORTS, SERVICE_PORTS } from '../addresses.ts';
import { oneOf, percent, sometimes, weighted } from '../draws.ts';
import { ctAsks, ipvsMatch } from './asks.ts';
import { headerMatch, limitMatch, mssMatch } from './header.ts';
import { markMask, markValue } from './marks.ts';

const inverted = percent(15);

/** A port that services or clients use, or a span around it. */
const portRange: fc.Arbitrary<PortRange> = fc
  .tuple(fc.constantFrom(...SERVICE_PORTS, ...FREE_PORTS, 40000, 40001), weighted([5, 0], [1, 1], [1, 1000]))
  .map(([first, more]) => ({ first, last: first + more }));

/** Pairs of mask and flags that firewalls use; `--syn` first. */
const FLAG_TESTS = [
  { mask: FIN | SYN | RST | ACK, set: SYN },
  { mask: FIN | SYN | RST | ACK, set: SYN | ACK },
  { mask: FIN, set: FIN },
  { mask: RST, set: RST },
  { mask: ACK, set: 0 },
  { mask: SYN | FIN, set: SYN | FIN },
  { mask: FIN | SYN | RST | PSH | ACK | URG, set: 0 },
  { mask: FIN | SYN | RST | PSH | ACK | URG, set: FIN | PSH | URG },
] as const;

const flagTest = fc
  .tuple(fc.constantFrom(...FLAG_TESTS), inverted)
  .map(([test, inverted]) => ({ ...test, inverted }));

const invertibleRange = fc.tuple(portRange, inverted).map(([range, inverted]) => ({ ...range, inverted }));

/** `--sport`, `--dport`, `--tcp-flags`: at least one of them. */
const tcpMatch: fc.Arbitrary<Match> = fc
  .tuple(sometimes(30, invertibleRange), sometimes(60, invertibleRange), sometimes(40, flagTest))
  .map(([sport, dport, flags]) => {
    const known = { ...(sport && { sport }), ...(dport && { dport }), ...(flags && { flags }) };
    const some = Object.keys(known).length > 0 ? known : { flags: { ...FLAG_TESTS[0], inverted: false } };
    return { kind: 'tcp', ...some };
  });

const udpMatch: fc.Arbitrary<Match> = fc
  .tuple(sometimes(40, invertibleRange), sometimes(60, invertibleRange))
  .map(([sport, dport]) => ({ kind: 'udp', ...(sport && { sport }), ...(dport && { dport }) }));

/** Pings, and the errors that matter to a director. */
const icmpMatch: fc.Arbitrary<Match> = fc
  .tuple(
    weighted(
      [2, [8, 0, 255]],
      [1, [0, 0, 255]],
      [3, [3, 0, 255]],
      [2, [3, 4, 4]],
      [1, [11, 0, 0]],
      [2, [255, 0, 255]],
    ),
    inverted,
  )
  .map(([[type, first, last], inverted]) => ({
    kind: 'icmp',
    type: type!,
    first: first!,
    last: last!,
    inverted,
  }));

const states: fc.Arbitrary<readonly CtState[]> = fc.subarray([...CT_STATES], { minLength: 1, maxLength: 3 });

const stateMatch: fc.Arbitrary<Match> = oneOf<Match>(
  [
    3,
    fc
      .tuple(weighted(...[[1, 'state'] as const, [2, 'conntrack'] as const]), states, inverted)
      .map(([kind, states, inverted]) => ({ kind, states, inverted })),
  ],
  [
    1,
    fc
      .tuple(
        fc.subarray<CtState | NatState>([...NAT_STATES, 'NEW'], { minLength: 1, maxLength: 2 }),
        inverted,
      )
      .map(([states, inverted]) => ({ kind: 'conntrack', states, inverted })),
  ],
  [
    3,
    fc
      .tuple(
        weighted<readonly CtState[]>([2, []], [1, ['INVALID']], [1, ['NEW', 'ESTABLISHED']]),
        ctAsks,
        inverted,
      )
      .map(([states, asks, not]) => ({
        kind: 'conntrack',
        states,
        inverted: states.length > 0 && not,
        asks,
      })),
  ],
);

const multiportMatch: fc.Arbitrary<Match> = fc
  .tuple(
    fc.array(portRange, { minLength: 1, maxLength: 3, size: 'max' }),
    fc.constantFrom('source' as const, 'destination' as const, 'either' as const),
    inverted,
  )
  .map(([ports, which, inverted]) => ({ kind: 'multiport', ports, which, inverted }));

/** The marks that rules set, and 0. */
const markMatch: fc.Arbitrary<Match> = fc
  .tuple(weighted<'mark' | 'connmark'>([2, 'mark'], [1, 'connmark']), markValue, markMask, inverted)
  .map(([kind, value, mask, inverted]) => ({ kind, value, mask, inverted }));

const WITHOUT_PROTOCOL = [
  ...[stateMatch, stateMatch, stateMatch, stateMatch],
  ...[markMatch, ipvsMatch, headerMatch, limitMatch],
] as const;

/** Up to two `-m` matches that need no protocol. */
export const plainMatches: fc.Arbitrary<readonly Match[]> = fc.array(fc.oneof(...WITHOUT_PROTOCOL), {
  maxLength: 1,
  size: 'max',
});

/** Up to two of a rule for UDP. */
export const udpMatches: fc.Arbitrary<readonly Match[]> = fc
  .tuple(udpMatch, plainMatches)
  .map(([udp, others]) => [udp, ...others]);

/** Up to two of a rule for ICMP. */
export const icmpMatches: fc.Arbitrary<readonly Match[]> = fc
  .tuple(icmpMatch, plainMatches)
  .map(([icmp, others]) => [icmp, ...others]);

/** Up to two of a rule for another protocol that has ports. */
export const portedMatches: fc.Arbitrary<readonly Match[]> = fc
  .tuple(multiportMatch, plainMatches)
  .map(([multiport, others]) => [multiport, ...others]);

/** Up to three `-m` matches of a rule for TCP; iptables takes one of each kind. */
export const tcpMatches: fc.Arbitrary<readonly Match[]> = fc
  .array(
    fc.oneof(
      tcpMatch,
      tcpMatch,
      tcpMatch,
      multiportMatch,
      multiportMatch,
      mssMatch,
      ...WITHOUT_PROTOCOL,
      ...WITHOUT_PROTOCOL,
    ),
    { maxLength: 3, size: 'max' },
  )
  .map((matches) =>
    matches.filter((one, index) => matches.findIndex((other) => other.kind === one.kind) === index),
  );
