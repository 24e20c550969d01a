import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { PROTOCOL_ICMP, word } from '../wire/ipv4.ts';

/** What a kernel chooses from (net.ipv4.ip_local_port_range). */
export const GUE_PORTS = { first: 32768, last: 60999 } as const;

/**
 * The source port of a flow's outer headers (include/net/udp.h, udp_flow_src_port). A kernel takes it from a hash whose
 * key nobody knows. The reference's ports are such as no kernel takes, so that what is sent back to them finds no entry
 * on any director; each flow has one, as there.
 */
export function gueSourcePort({ ipvs, kernel }: Net, skb: Skb): number {
  const flow = skb.raw && !kernel.has('raw-packets-have-protocol') ? UNKNOWN : flowOf(skb);
  const known = ipvs.guePorts.get(flow) ?? ipvs.guePorts.size + 1;
  ipvs.guePorts.set(flow, known);
  return known;
}

/** Of all that the kernel cannot tell apart. */
const UNKNOWN = '';

function flowOf({ header: { source, destination, protocol }, payload }: Skb): string {
  const ports =
    protocol === PROTOCOL_ICMP || payload.length < 4 ? '' : [word(payload, 0), word(payload, 2)].join();
  return [protocol, source, destination, ports].join(' ');
}
