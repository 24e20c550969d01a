import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';

/**
 * Whether IPVS asks a packet's checksum to be right before it makes it anew for what it changes, which would hide that
 * it was wrong (include/net/ip_vs.h, ip_vs_checksum_needed).
 */
export function needsChecksum({ kernel }: Net, { checksumPartial, inDevice }: Skb): boolean {
  return !checksumPartial && !(inDevice === '' && kernel.has('own-checksums-unread'));
}
