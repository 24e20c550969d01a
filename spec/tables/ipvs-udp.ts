import type { Sourced } from './sourced.ts';

/** The one state of UDP, which a connection has from its first datagram to its last (enum ip_vs_udp_states). */
export type IpvsUdpState = 'UDP';

/** Seconds that a connection lives after its last datagram; it never counts as ActiveConn. */
export const IPVS_UDP_STATE_ROWS = {
  UDP: {
    timeoutSeconds: 300,
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_udp.c', symbol: 'udp_timeouts' },
  },
} as const satisfies Readonly<Record<IpvsUdpState, { readonly timeoutSeconds: number } & Sourced>>;
