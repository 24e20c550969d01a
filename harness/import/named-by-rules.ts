import type { Ruleset } from '../../spec/config/rules.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';

/** Who takes part although nobody was seen to talk to them. */
export interface Named {
  readonly vips: readonly Ipv4[];
  readonly servers: readonly Ipv4[];
  readonly clients: readonly Ipv4[];
  /** Those of them that nothing but a rule tells of. */
  readonly strangers: readonly Ipv4[];
}

/**
 * Of all services those ends that a target of table nat names, whose addresses it may give to packets, and virtual
 * addresses that are real servers of another service, which is the director itself then. An address that is nobody's is
 * that of a neighbour, where real servers, or else virtual addresses, have the same first 24 bits, or one of the
 * director's own addresses (`own`) has, which is on that side of it.
 */
export function namedByRules(
  { tables }: Ruleset,
  services: readonly VirtualService[],
  own: readonly Ipv4[],
): Named {
  const ranges = tables
    .flatMap(({ chains }) => chains.flatMap(({ rules }) => rules))
    .flatMap(({ target }) => (target && 'to' in target && target.to.addresses) || []);
  const isNamed = (address: Ipv4) => ranges.some(({ first, last }) => first <= address && address <= last);
  const servers = services.flatMap(({ dests }) => dests.map(({ address }) => address));
  const vips = services.map(({ address }) => address);
  const beside = (some: readonly Ipv4[]) => (address: Ipv4) => some.some((one) => isNeighbour(one, address));
  const known = new Set([...servers, ...vips, ...own]);
  const strangers = ranges
    .filter(({ first, last }) => first === last && !known.has(first))
    .map(({ first }) => first);
  const inner = own.filter((address) => !beside(vips)(address));
  const besideServers = strangers.filter(beside([...servers, ...inner]));
  const besideVips = strangers.filter(beside(vips));
  return {
    vips: vips.filter((address) => isNamed(address) || servers.includes(address)),
    servers: [...servers.filter(isNamed), ...besideServers],
    clients: besideVips.filter((address) => !besideServers.includes(address)),
    strangers: strangers.filter((address) => besideServers.includes(address) || besideVips.includes(address)),
  };
}

const isNeighbour = (one: Ipv4, other: Ipv4): boolean => one >>> 8 === other >>> 8;
