import type { Scheduler } from '../../state.ts';
import type { IpVsDest } from '../types.ts';
import { isBusyBesideIdle, leastConnections } from './locality.ts';
import { forgetAll, newRemembered, type Remembered, recall, remember } from './remembered.ts';

/** Which dest an address went to last. */
type Cache = Remembered<IpVsDest>;

/**
 * Locality-based least connections: one dest for each address that clients call, as long as it is there, has a weight
 * and is not too busy (net/netfilter/ipvs/ip_vs_lblc.c). Its upper threshold only matters to those that come new.
 */
export const lblc: Scheduler = {
  init(service, net) {
    service.schedData = newRemembered<IpVsDest>(net, 'net.ipv4.vs.lblc_expiration');
  },

  done: (service, net) => forgetAll(net, service.schedData as Cache),

  schedule(net, service, { destination }) {
    const cache = service.schedData as Cache;
    const known = recall(net, cache, destination);
    if (known?.available && known.weight > 0 && !isBusyBesideIdle(service, known)) return known;
    const dest = leastConnections(net, service);
    if (dest) remember(net, cache, destination, dest);
    return dest;
  },
};
