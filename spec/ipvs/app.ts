import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { tcpChecksumIsRight } from '../wire/tcp.ts';
import { needsChecksum } from './checksum.ts';
import type { IpVsConn } from './types.ts';

/**
 * Lets ip_vs_ftp look at a packet of a control connection before its address is changed; false: the packet is lost
 * (net/netfilter/ipvs/ip_vs_app.c, ip_vs_app_pkt_in, ip_vs_app_pkt_out; ip_vs_proto_tcp.c). What is rewritten gets
 * another checksum, so a wrong one would be hidden: such a packet goes no further.
 */
export function appPacket(net: Net, skb: Skb, cp: IpVsConn, way: 'in' | 'out'): boolean {
  const { source, destination } = skb.header;
  if (needsChecksum(net, skb) && !tcpChecksumIsRight(skb.payload, source, destination)) {
    note(net, 'ipvs', 'tcp_csum_check', '', () => 'the checksum is wrong: the packet is lost');
    return false;
  }
  // Only an established session says anything that matters.
  if (cp.state !== 'ESTABLISHED') return true;
  return way === 'in' ? net.parts.ipvsFtpIn(net, skb, cp) : net.parts.ipvsFtpOut(net, skb, cp);
}
