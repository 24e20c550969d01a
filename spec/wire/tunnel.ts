import { ETHERTYPE_IPV4 } from './ethernet.ts';
import { greHeaderBytes, parseGre } from './gre.ts';
import { parseGue } from './gue.ts';
import { type Ipv4Packet, PROTOCOL_GRE, PROTOCOL_IPIP, PROTOCOL_UDP, parseIpv4Packet } from './ipv4.ts';
import { UDP_HEADER_BYTES } from './udp.ts';

/**
 * The packet inside a tunnelled one, as who ends the tunnel finds it; undefined when the packet is none, or cut. Which
 * UDP port is a tunnel's nobody can see: a whole IPv4 packet behind a GUE header is taken for one.
 */
export function innerPacket({ header, payload }: Ipv4Packet): Ipv4Packet | undefined {
  if (header.moreFragments || header.fragmentOffset !== 0) return undefined;
  const at = innerOffset(header.protocol, payload);
  return at === undefined ? undefined : parseIpv4Packet(payload, at);
}

/** Where in the payload of a packet, or of its first fragment, the inner one begins; undefined where no tunnel does. */
export function innerOffset(protocol: number, payload: Uint8Array): number | undefined {
  switch (protocol) {
    case PROTOCOL_IPIP:
      return 0;
    case PROTOCOL_GRE: {
      const gre = parseGre(payload);
      return gre?.protocol === ETHERTYPE_IPV4 ? greHeaderBytes(gre.flags) : undefined;
    }
    case PROTOCOL_UDP: {
      const gue = parseGue(payload.subarray(UDP_HEADER_BYTES));
      return gue?.protocol === PROTOCOL_IPIP ? UDP_HEADER_BYTES + gue.headerBytes : undefined;
    }
    default:
      return undefined;
  }
}
