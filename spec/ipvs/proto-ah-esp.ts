import type { IpvsProtocol } from '../state.ts';
import { PROTOCOL_UDP } from '../wire/ipv4.ts';

/** Where the keys of IPsec are agreed upon (PORT_ISAKMP). */
const PORT_ISAKMP = 500;

/**
 * IPsec's packets have no ports: they go where their client's ISAKMP went, and begin nothing themselves. They change
 * nothing of that connection but its time, and only their addresses change
 * (net/netfilter/ipvs/ip_vs_proto_ah_esp.c).
 */
export function ahEsp(name: 'AH' | 'ESP'): IpvsProtocol {
  return {
    name,
    firstState: 'NONE',
    follows: { protocol: PROTOCOL_UDP, port: PORT_ISAKMP },
    headerBytes: 0,
    mayBegin: () => false,
    asksAnew: () => false,
    isReset: () => false,
    mayBeReused: () => false,
    transition() {},
    rewrite: ({ payload }) => payload,
  };
}
