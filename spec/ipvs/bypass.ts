import { addressType } from '../netfilter/addrtype.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { connNew } from './conn.ts';
import type { Ends, IpVsConn, IpVsDest, IpVsService } from './types.ts';

/**
 * Whether a packet that finds no real server goes to where it was sent (net/netfilter/ipvs/ip_vs_core.c, ip_vs_leave):
 * with cache_bypass, of a service by mark, and not to an address of the director's own.
 */
export function bypasses(net: Net, { key }: IpVsService, { destination }: Ends): boolean {
  if (sysctl(net, 'net.ipv4.vs.cache_bypass') === 0 || key.protocol !== 'fwm') return false;
  return addressType(net, destination) === 'UNICAST';
}

/** A connection with no dest, which in the kernel's lists has address and port 0. */
export function bypass(net: Net, ends: Ends, onePacket: boolean): IpVsConn {
  return connNew(net, ends, nowhere(), { bypass: true, onePacket });
}

/** Counts for nobody. */
function nowhere(): IpVsDest {
  return {
    ...{ address: 0, port: 0, virtual: { protocol: 'fwm', mark: 0, address: 0, port: 0 } },
    ...{ forward: 'droute', encapsulation: undefined, weight: 1, lastWeight: 1 },
    ...{ upperThreshold: 0, lowerThreshold: 0, overloaded: false, activeConns: 0, totalConns: 0 },
    ...{ available: true, route: undefined },
  };
}
