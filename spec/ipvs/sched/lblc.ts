import type { Scheduler } from '../../state.ts';
import type { Ipv4 } from '../../wire/address.ts';
import type { IpVsDest } from '../types.ts';
import { isBusyBesideIdle, leastConnections } from './locality.ts';

/** Which dest an address went to last (struct ip_vs_lblc_table). */
type Cache = Map<Ipv4, IpVsDest>;

/**
 * Locality-based least connections: one dest for each address that clients call, as long as it is there, has a weight
 * and is not too busy (net/netfilter/ipvs/ip_vs_lblc.c). Its upper threshold only matters to those that come new.
 */
export const lblc: Scheduler = {
  init(service) {
    service.schedData = new Map() satisfies Cache;
  },

  schedule(net, service, { destination }) {
    const cache = service.schedData as Cache;
    const known = cache.get(destination);
    if (known?.available && known.weight > 0 && !isBusyBesideIdle(service, known)) return known;
    const dest = leastConnections(net, service);
    if (dest) cache.set(destination, dest);
    return dest;
  },
};
