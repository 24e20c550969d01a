import type { Net, Tracked } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { refresh } from './table.ts';
import type { TrackVerdict } from './types.ts';

/** Follows what conntrack knows no more of than its addresses (net/netfilter/nf_conntrack_core.c, generic_packet). */
export function trackGeneric(net: Net, { entry }: Tracked): TrackVerdict {
  refresh(net, entry, sysctl(net, 'net.netfilter.nf_conntrack_generic_timeout') * net.kernel.hz);
  return 'ACCEPT';
}

/** gre_timeouts of net/netfilter/nf_conntrack_proto_gre.c */
const GRE_UNREPLIED_SECONDS = 30;
const GRE_REPLIED_SECONDS = 180;

/** Follows a tunnel by its two ends, whatever it carries (nf_conntrack_gre_packet). */
export function trackGre(net: Net, { entry }: Tracked): TrackVerdict {
  refresh(net, entry, (entry.seenReply ? GRE_REPLIED_SECONDS : GRE_UNREPLIED_SECONDS) * net.kernel.hz);
  if (entry.seenReply) entry.assured = true;
  return 'ACCEPT';
}
