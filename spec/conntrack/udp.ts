import type { Skb } from '../skb.ts';
import type { Net, Tracked } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { Hook } from '../tables/hooks.ts';
import { parseUdp, UDP_HEADER_BYTES, udpChecksumIsRight } from '../wire/udp.ts';
import { checksumFails } from './checksum.ts';
import { refresh } from './table.ts';
import type { TrackVerdict } from './types.ts';

/** How long both sides must have talked before they are a stream, in seconds. */
const STREAM_SECONDS = 2;

/** Follows a UDP conversation (net/netfilter/nf_conntrack_proto_udp.c, nf_conntrack_udp_packet). */
export function trackUdp(net: Net, { entry, skb, hook }: Tracked): TrackVerdict {
  if (isBroken(net, skb, hook)) return 'INVALID';
  if (!entry.confirmed) entry.udp.streamTs = net.jiffies + STREAM_SECONDS * net.kernel.hz;
  // The first reply does not count yet: it is noted as seen only after this.
  const stream = entry.seenReply && net.jiffies > entry.udp.streamTs;
  const knob = stream
    ? 'net.netfilter.nf_conntrack_udp_timeout_stream'
    : 'net.netfilter.nf_conntrack_udp_timeout';
  refresh(net, entry, sysctl(net, knob) * net.kernel.hz);
  if (stream) entry.assured = true;
  return 'ACCEPT';
}

/** udp_error: the checksum is looked at only where packets arrive. */
function isBroken(net: Net, skb: Skb, hook: Hook): boolean {
  const datagram = parseUdp(skb.payload);
  if (!datagram || datagram.length > skb.payload.length || datagram.length < UDP_HEADER_BYTES) return true;
  if (datagram.checksum === 0) return false;
  const { source, destination } = skb.header;
  return checksumFails(net, skb, hook, () => udpChecksumIsRight(skb.payload, source, destination));
}
