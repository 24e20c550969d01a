import type { Net } from '../state.ts';
import type { Ipv4 } from '../wire/address.ts';
import { PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
import type { IpVsDest } from './types.ts';

/** Dests by their own address, whatever service they are of: masqueraded and tunnelled ones (rs_table). */

/** Puts a dest in its place anew, the newest first; direct routing has none (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_rs_hash). */
export function hashRealServer({ ipvs: { realServers } }: Net, dest: IpVsDest): void {
  if (realServers.includes(dest) || dest.forward === 'droute') return;
  realServers.unshift(dest);
}

/** ip_vs_rs_unhash */
export function unhashRealServer({ ipvs: { realServers } }: Net, dest: IpVsDest): void {
  const at = realServers.indexOf(dest);
  if (at >= 0) realServers.splice(at, 1);
}

/** The newest dest at the other end of a tunnel; `port` is 0 but for GUE (ip_vs_find_tunnel). */
export function findTunnel({ ipvs }: Net, address: Ipv4, port: number): IpVsDest | undefined {
  return ipvs.realServers.find(
    (dest) => dest.address === address && dest.forward === 'tunnel' && tunnelPort(dest) === port,
  );
}

export function tunnelPort({ encapsulation }: Pick<IpVsDest, 'encapsulation'>): number {
  return encapsulation?.type === 'gue' ? encapsulation.port : 0;
}

const PROTOCOLS = { tcp: PROTOCOL_TCP, udp: PROTOCOL_UDP, sctp: PROTOCOL_SCTP } as const;

/** Whether somebody masquerades for that port of a real server (ip_vs_has_real_service). */
export function hasRealService(
  { ipvs }: Net,
  protocol: number,
  place: { readonly address: Ipv4; readonly port: number },
): boolean {
  return ipvs.realServers.some(
    ({ address, port, forward, virtual }) =>
      address === place.address &&
      port === place.port &&
      forward === 'masq' &&
      (virtual.protocol === 'fwm' || PROTOCOLS[virtual.protocol] === protocol),
  );
}
