import fc from 'fast-check';
import type { NatRange, NatTarget } from '../../spec/config/rules.ts';
import { anyAddress, FREE_PORTS, SERVICE_PORTS } from '../addresses.ts';
import { oneOf, sometimes, weighted } from '../draws.ts';

/** A few addresses from one on. */
const addresses: fc.Arbitrary<NonNullable<NatRange['addresses']>> = fc
  .tuple(anyAddress, weighted([5, 0], [1, 1], [1, 3]))
  .map(([first, more]) => ({ first, last: first + more }));

const port = fc.constantFrom(...SERVICE_PORTS, ...FREE_PORTS, 40000, 40001, 1024);
const portRange = fc
  .tuple(port, weighted([4, 0], [2, 1], [1, 1000]))
  .map(([first, more]) => ({ first, last: first + more }));

/** Room enough to see whether the choice is the client's alone. */
const pool = anyAddress.map((first) => ({ first, last: first + 15 }));

/** Seldom by chance, since nobody can tell what comes after. */
const options = weighted<Pick<NatRange, 'chance'>>(
  [30, {}],
  [1, { chance: 'random' }],
  [1, { chance: 'random-fully' }],
);

/**
 * A target of table nat as it stands in POSTROUTING; where the other end is translated, `fit.ts` takes its
 * counterpart. So too where a rule is for no protocol that has ports.
 */
export const natTarget: fc.Arbitrary<NatTarget> = oneOf<NatTarget>(
  [
    3,
    fc.tuple(addresses, sometimes(35, portRange), options).map(([addresses, ports, options]) => ({
      kind: 'SNAT',
      to: { addresses, ...(ports && { ports }), ...options },
    })),
  ],
  [2, pool.map((addresses) => ({ kind: 'SNAT', to: { addresses, persistent: true } }))],
  [1, portRange.map((ports) => ({ kind: 'SNAT', to: { ports } }))],
  [2, sometimes(35, portRange).map((ports) => ({ kind: 'MASQUERADE', to: { ...(ports && { ports }) } }))],
);
