import { icmpSend } from '../ip/icmp.ts';
import { updatePmtu } from '../ip/path-mtu.ts';
import { LOOPBACK } from '../ip/route.ts';
import type { Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import { note } from '../trace-log.ts';
import { ETHERTYPE_IPV4 } from '../wire/ethernet.ts';
import { GRE_CHECKSUM, greHeaderBytes, parseGre } from '../wire/gre.ts';
import { parseGue } from '../wire/gue.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, ICMP_HEADER_BYTES, parseIcmp } from '../wire/icmp.ts';
import { PROTOCOL_GRE, PROTOCOL_IPIP, PROTOCOL_UDP, parseIpv4Header, word } from '../wire/ipv4.ts';
import { UDP_HEADER_BYTES } from '../wire/udp.ts';
import { findTunnel } from './real-servers.ts';
import type { IpVsConn } from './types.ts';
import { routeMtu } from './xmit.ts';

/**
 * The bytes of outer headers, if an ICMP error for the director itself quotes a packet that it may have sent through a
 * tunnel (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_icmp, ipvs_udp_decap, ipvs_gre_decap).
 */
export function quotedTunnelBytes(net: Net, skb: Skb): number | undefined {
  const { payload } = skb;
  // The director's own error about what it has wrapped is on its way to itself when IPVS sees it first.
  if (!skb.toLocal && skb.outDevice !== LOOPBACK) return undefined;
  const quoted = payload.subarray(ICMP_HEADER_BYTES);
  const outer = parseIpv4Header(quoted);
  if (outer?.fragmentOffset !== 0) return undefined;
  const at = 20 + outer.options.length;
  const behind = quoted.subarray(at);
  switch (outer.protocol) {
    case PROTOCOL_IPIP: {
      const dest = findTunnel(net, outer.destination, 0);
      return dest && !dest.encapsulation ? at : undefined;
    }
    case PROTOCOL_UDP: {
      const gue = parseGue(behind.subarray(UDP_HEADER_BYTES));
      const dest = gue?.protocol === PROTOCOL_IPIP && findTunnel(net, outer.destination, word(behind, 2));
      return dest && dest.encapsulation?.type === 'gue' ? at + UDP_HEADER_BYTES + gue.headerBytes : undefined;
    }
    case PROTOCOL_GRE: {
      const gre = parseGre(behind);
      const plain = gre && (gre.flags & ~GRE_CHECKSUM) === 0 && gre.protocol === ETHERTYPE_IPV4;
      const dest = plain && findTunnel(net, outer.destination, 0);
      return dest && dest.encapsulation?.type === 'gre' ? at + greHeaderBytes(gre.flags) : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Tells the client what befell its packet within the tunnel. That it did not fit the director notes for itself, and
 * tells only those who said DF; of the MTU it subtracts what the tunnel adds.
 */
export function relayTunnelError(net: Net, skb: Skb, cp: IpVsConn, outerBytes: number): Verdict {
  const { type, code, info, body } = parseIcmp(skb.payload)!;
  const bytes = body.subarray(outerBytes);
  const header = parseIpv4Header(bytes)!;
  let said = info;
  if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) {
    updatePmtu(net, parseIpv4Header(body)!, info & 0xffff);
    if (!header.dontFragment) {
      note(net, 'ipvs', 'ip_vs_in_icmp', '', () => 'the client did not ask for it: nobody is told');
      return 'NF_STOLEN';
    }
    const mtu = cp.dest.route ? routeMtu(net, cp) : info & 0xffff;
    const counted = net.kernel.has('tunnel-error-counts-encapsulation') ? outerBytes : 20;
    said = mtu > LEAST_MTU + counted ? mtu - counted : mtu;
  }
  note(net, 'ipvs', 'ip_vs_in_icmp', '', () => 'the error was about a tunnelled packet: its client is told');
  const about = { ...skb, header, payload: bytes.subarray(20 + header.options.length), open: [] };
  icmpSend(net, about, { type, code, info: said }, bytes);
  return 'NF_STOLEN';
}

/** No link may be smaller (RFC 791). */
const LEAST_MTU = 68;
