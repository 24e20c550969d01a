import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { fold, sumWords } from '../wire/checksum.ts';
import { GRE_CHECKSUM, isWholeGre, parseGre } from '../wire/gre.ts';
import { ICMP_DEST_UNREACH, ICMP_PORT_UNREACH } from '../wire/icmp.ts';
import { icmpSend } from './icmp.ts';

/**
 * A packet within another comes to a director that has no tunnel for it: whoever wrapped it hears that no port is there.
 * One that lacks the inner header is lost (net/ipv4/tunnel4.c, tunnel4_rcv, tunnel64_rcv, tunnelmpls4_rcv).
 */
export const tunnelRcv =
  (innerHeaderBytes: number) =>
  (net: Net, skb: Skb): void => {
    if (skb.payload.length < innerHeaderBytes)
      return note(net, 'tunnel', 'tunnel4_rcv', '', () => 'no whole header inside: dropped');
    icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_PORT_UNREACH, info: 0 });
  };

/** What must be there for a look at the version (net/ipv4/gre_demux.c, gre_rcv). */
const GRE_LEAST_BYTES = 12;
/** The version and the bits above it, which are 0 in all that Linux reads. */
const GRE_VERSION_BITS = 0x7f;

/** The same of GRE, if the header is one that Linux reads and its checksum right (net/ipv4/ip_gre.c, gre_rcv). */
export function greRcv(net: Net, skb: Skb): void {
  const { payload } = skb;
  const flags = payload.length < GRE_LEAST_BYTES ? undefined : parseGre(payload)?.flags;
  const isRead = flags !== undefined && (flags & GRE_VERSION_BITS) === 0 && isWholeGre(payload);
  if (!isRead || (flags & GRE_CHECKSUM && fold(sumWords(payload)) !== 0))
    return note(net, 'tunnel', 'gre_rcv', '', () => 'no GRE that is known here: dropped');
  // The error finds the entry by what it quotes, not by the packet that it answers (nf_reset_ct).
  const about = { ...skb, ct: undefined, untracked: false };
  icmpSend(net, about, { type: ICMP_DEST_UNREACH, code: ICMP_PORT_UNREACH, info: 0 });
}

/** Multicast's protocols (IGMP, PIM) never answer to an address of one host. */
export function silentRcv(net: Net, { header }: Skb): void {
  note(
    net,
    'multicast',
    'ip_local_deliver',
    '',
    () => `protocol ${header.protocol}: heard, and not answered`,
  );
}
