import fc from 'fast-check';
import type { Protocol } from '../../spec/config/protocols.ts';
import {
  type InterfaceMatch,
  type ProtocolMatch,
  REJECT_TYPES,
  type Rule,
  type TableName,
  type Target,
} from '../../spec/config/rules.ts';
import { prefixMask } from '../../spec/wire/address.ts';
import { anyAddress } from '../addresses.ts';
import { oneOf, percent, sometimes, weighted } from '../draws.ts';
import { protocol } from './asks.ts';
import { mssRule, tosTarget } from './header-targets.ts';
import { connmarkTarget, markTarget } from './marks.ts';
import { icmpMatches, plainMatches, portedMatches, tcpMatches, udpMatches } from './match.ts';
import { natTarget } from './nat-target.ts';

const inverted = percent(15);

const addressMatch = fc
  .tuple(anyAddress, weighted([3, 32], [1, 24], [1, 16]), inverted)
  .map(([address, length, inverted]) => {
    const mask = prefixMask(length);
    return { address: (address & mask) >>> 0, mask, inverted };
  });

const interfaceMatch: fc.Arbitrary<InterfaceMatch> = fc.record({
  name: fc.constantFrom('eth0', 'eth1', 'eth+', 'lo'),
  inverted,
});

const otherProtocol: fc.Arbitrary<ProtocolMatch> = fc.record({
  protocol,
  inverted,
});

const ACCEPT = fc.constant<Target>({ kind: 'ACCEPT' });
const DROP = fc.constant<Target>({ kind: 'DROP' });
const RETURN = fc.constant<Target>({ kind: 'RETURN' });
const LOG = fc.constantFrom<Target>({ kind: 'LOG' }, { kind: 'NFLOG' });
const NOTRACK = fc.constant<Target>({ kind: 'CT', notrack: true });
const REJECT = fc.constantFrom(...REJECT_TYPES).map((type): Target => ({ kind: 'REJECT', with: type }));
/** A rule that only counts. */
const NOTHING = fc.constant(undefined);

/** What each table is for, mostly. */
const TARGETS: Readonly<Record<TableName, fc.Arbitrary<Target | undefined>>> = {
  raw: oneOf<Target | undefined>([5, NOTRACK], [1, markTarget], [1, ACCEPT], [1, DROP], [2, NOTHING]),
  mangle: oneOf<Target | undefined>(
    [4, markTarget],
    [4, connmarkTarget],
    [2, tosTarget],
    [1, ACCEPT],
    [1, DROP],
    [1, RETURN],
    [2, NOTHING],
  ),
  security: oneOf<Target | undefined>(
    [3, ACCEPT],
    [2, DROP],
    [1, RETURN],
    [1, LOG],
    [1, markTarget],
    [3, NOTHING],
  ),
  nat: oneOf<Target | undefined>(
    [9, natTarget],
    [1, markTarget],
    [1, connmarkTarget],
    [1, ACCEPT],
    [1, RETURN],
    [2, NOTHING],
  ),
  filter: oneOf<Target | undefined>(
    [8, ACCEPT],
    [8, DROP],
    [2, RETURN],
    [4, REJECT],
    [2, LOG],
    [1, markTarget],
    [1, connmarkTarget],
    [7, NOTHING],
  ),
};

const conditions = fc.tuple(
  sometimes(15, addressMatch),
  sometimes(15, addressMatch),
  sometimes(12, interfaceMatch),
  sometimes(12, interfaceMatch),
  sometimes(7, fc.record({ inverted: percent(30) })),
);

const protocolAndMatches: fc.Arbitrary<Pick<Rule, 'protocol' | 'matches'>> = oneOf<
  Pick<Rule, 'protocol' | 'matches'>
>(
  [6, tcpMatches.map((matches) => ({ protocol: { protocol: 'tcp', inverted: false }, matches }))],
  [3, plainMatches.map((matches) => ({ matches }))],
  [1, fc.tuple(otherProtocol, plainMatches).map(([protocol, matches]) => ({ protocol, matches }))],
  [1, udpMatches.map((matches) => ({ protocol: { protocol: 'udp', inverted: false }, matches }))],
  [1, icmpMatches.map((matches) => ({ protocol: { protocol: 'icmp', inverted: false }, matches }))],
  [
    1,
    fc
      .tuple(weighted<Protocol>([4, 'sctp'], [2, 'udp'], [1, 'udplite']), portedMatches)
      .map(([protocol, matches]) => ({ protocol: { protocol, inverted: false }, matches })),
  ],
);

/**
 * A rule for any chain of the table: conditions that do not go together in iptables are left out where the rule is put
 * (`fit.ts`). Jumps are put in there too, where the other chains are known.
 */
export const rule = (table: TableName): fc.Arbitrary<Rule> =>
  table === 'mangle' ? oneOf([12, generalRule(table)], [1, mssRule]) : generalRule(table);

const generalRule = (table: TableName): fc.Arbitrary<Rule> =>
  fc
    .tuple(conditions, protocolAndMatches, TARGETS[table])
    .map(([[source, destination, inInterface, outInterface, fragment], rest, target]) => ({
      ...(source && { source }),
      ...(destination && { destination }),
      ...(inInterface && { inInterface }),
      ...(outInterface && { outInterface }),
      ...(fragment && { fragment }),
      ...rest,
      ...(target && { target }),
    }));
