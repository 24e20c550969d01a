import { printAddress } from '../../spec/config/address-text.ts';
import type { LinkName } from '../../spec/config/topology.ts';
import { type Ipv4, parseIpv4 } from '../../spec/wire/address.ts';
import { summarise } from '../../spec/wire/dissect.ts';

/** Addresses by the names that scenarios use, so that a reader sees who is who: `VIP`, not `10.0.0.100`. */
export function addressName(address: Ipv4): string {
  return printAddress(address, 'named');
}

export function endName(address: Ipv4, port: number): string {
  return `${addressName(address)}:${port}`;
}

/** A text of ours with its addresses by name. */
export function withNames(text: string): string {
  return text.replace(/\b\d+\.\d+\.\d+\.\d+\b/g, (dotted) => {
    const address = parseIpv4(dotted);
    return address === undefined ? dotted : addressName(address);
  });
}

/** A frame in one line. */
export function frameLine(frame: Uint8Array): string {
  return withNames(summarise(frame)).replace(' > ', ' → ');
}

/** Who is on the other end of a link. */
export const FAR_END: Readonly<Record<LinkName, string>> = { client: 'client', server: 'real servers' };
