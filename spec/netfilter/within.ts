import type { AddressMatch, PortRange } from '../config/rules.ts';
import type { Ipv4 } from '../wire/address.ts';

/** Whether an address is one of those that a condition names; a condition that is not there names all. */
export function addressMatches(match: AddressMatch | undefined, address: Ipv4): boolean {
  return !match || ((address & match.mask) >>> 0 === (match.address & match.mask) >>> 0) !== match.inverted;
}

export function within({ first, last }: PortRange, port: number): boolean {
  return port >= first && port <= last;
}
