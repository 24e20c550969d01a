import type { Ruleset } from '../../spec/config/rules.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';

/** Whose addresses rules may give to packets. */
export interface Named {
  readonly vips: readonly Ipv4[];
  readonly servers: readonly Ipv4[];
}

/** Of all services those ends that a target of table nat names: who sends to one of them reaches somebody. */
export function namedByRules({ tables }: Ruleset, services: readonly VirtualService[]): Named {
  const ranges = tables
    .flatMap(({ chains }) => chains.flatMap(({ rules }) => rules))
    .flatMap(({ target }) => (target && 'to' in target && target.to.addresses) || []);
  const isNamed = (address: Ipv4) => ranges.some(({ first, last }) => first <= address && address <= last);
  return {
    vips: services.map(({ address }) => address).filter(isNamed),
    servers: services.flatMap(({ dests }) => dests.map(({ address }) => address)).filter(isNamed),
  };
}
