import type { Ipv4 } from '../../spec/wire/address.ts';
import type { CapturedPacket } from './packet.ts';

/** Addresses of the services, and of their real servers. */
export interface Places {
  readonly virtual: ReadonlySet<Ipv4>;
  readonly real: ReadonlySet<Ipv4>;
}

/** Whether ends of a flow wrap for each other: the director's tunnels go to real servers, and come from none. */
export function isOfEnds({ source, destination }: CapturedPacket, { virtual, real }: Places): boolean {
  return virtual.has(destination) || (real.has(source) && !real.has(destination));
}
