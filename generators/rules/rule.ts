import fc from 'fast-check';
import {
  type InterfaceMatch,
  type ProtocolMatch,
  REJECT_TYPES,
  type Rule,
  type Target,
} from '../../spec/config/rules.ts';
import { prefixMask } from '../../spec/wire/address.ts';
import { anyAddress } from '../addresses.ts';
import { oneOf, percent, sometimes, weighted } from '../draws.ts';
import { plainMatches, tcpMatches } from './match.ts';

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
  protocol: fc.constantFrom('icmp' as const, 'tcp' as const, 'udp' as const),
  inverted,
});

/** Final words, and none: a rule that only counts. */
const target: fc.Arbitrary<Target | undefined> = oneOf<Target | undefined>(
  [4, fc.constant({ kind: 'ACCEPT' })],
  [4, fc.constant({ kind: 'DROP' })],
  [1, fc.constant({ kind: 'RETURN' })],
  [2, fc.constantFrom(...REJECT_TYPES).map((type) => ({ kind: 'REJECT', with: type }) as const)],
  [4, fc.constant(undefined)],
);

const conditions = fc.tuple(
  sometimes(15, addressMatch),
  sometimes(15, addressMatch),
  sometimes(12, interfaceMatch),
  sometimes(12, interfaceMatch),
);

const protocolAndMatches: fc.Arbitrary<Pick<Rule, 'protocol' | 'matches'>> = oneOf<
  Pick<Rule, 'protocol' | 'matches'>
>(
  [6, tcpMatches.map((matches) => ({ protocol: { protocol: 'tcp', inverted: false }, matches }))],
  [3, plainMatches.map((matches) => ({ matches }))],
  [1, fc.tuple(otherProtocol, plainMatches).map(([protocol, matches]) => ({ protocol, matches }))],
);

/**
 * A rule for any chain: conditions that do not go together in iptables are left out where the rule is put
 * (`fit.ts`). Jumps are put in there too, where the other chains are known.
 */
export const rule: fc.Arbitrary<Rule> = fc
  .tuple(conditions, protocolAndMatches, target)
  .map(([[source, destination, inInterface, outInterface], rest, target]) => ({
    ...(source && { source }),
    ...(destination && { destination }),
    ...(inInterface && { inInterface }),
    ...(outInterface && { outInterface }),
    ...rest,
    ...(target && { target }),
  }));
