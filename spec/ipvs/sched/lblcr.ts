import type { Net, Scheduler } from '../../state.ts';
import { sysctl } from '../../sysctl.ts';
import type { IpVsDest } from '../types.ts';
import { leastLoaded } from './least-loaded.ts';
import { isBusyBesideIdle, leastConnections } from './locality.ts';
import { overhead } from './overhead.ts';
import { forgetAll, newRemembered, type Remembered, recall, remember } from './remembered.ts';
import { isUsable } from './usable.ts';

/** The dests of one address, the newest first (struct ip_vs_dest_set). */
interface DestSet {
  dests: readonly IpVsDest[];
  /** When a dest came or went last; jiffies. */
  lastModified: number;
}

type Cache = Remembered<DestSet>;

/**
 * Locality-based least connections with replication: a set of dests for each address that clients call, which grows
 * while its least busy one is too busy, and loses its busiest when nothing has changed for long
 * (net/netfilter/ipvs/ip_vs_lblcr.c).
 */
export const lblcr: Scheduler = {
  init(service, net) {
    service.schedData = newRemembered<DestSet>(net, 'net.ipv4.vs.lblcr_expiration');
  },

  done: (service, net) => forgetAll(net, service.schedData as Cache),

  schedule(net, service, { destination }) {
    const cache = service.schedData as Cache;
    const set = recall(net, cache, destination);
    const known = set && leastBusy(net, set);
    if (set) shrink(net, set);
    if (known && !isBusyBesideIdle(service, known)) return known;
    const dest = leastConnections(net, service);
    if (dest && set) insert(net, set, dest);
    else if (dest) remember(net, cache, destination, { dests: [dest], lastModified: net.jiffies });
    return dest;
  },
};

/** ip_vs_dest_set_min */
function leastBusy(net: Net, { dests }: DestSet): IpVsDest | undefined {
  return leastLoaded(
    dests.filter((dest) => isUsable(dest) && dest.available),
    (dest) => overhead(net, dest),
  );
}

/** ip_vs_dest_set_max: weight decides, whether the dest is there or not. */
function busiest(net: Net, { dests }: DestSet): IpVsDest | undefined {
  return dests
    .filter(({ weight }) => weight > 0)
    .reduce<IpVsDest | undefined>(
      (most, dest) =>
        !most || overhead(net, most) * dest.weight < overhead(net, dest) * most.weight ? dest : most,
      undefined,
    );
}

function shrink(net: Net, set: DestSet): void {
  const lifetime = sysctl(net, 'net.ipv4.vs.lblcr_expiration') * net.kernel.hz;
  if (set.dests.length < 2 || net.jiffies <= set.lastModified + lifetime) return;
  const most = busiest(net, set);
  if (!most) return;
  set.dests = set.dests.filter((dest) => dest !== most);
  set.lastModified = net.jiffies;
}

/** ip_vs_dest_set_insert */
function insert(net: Net, set: DestSet, dest: IpVsDest): void {
  if (set.dests.includes(dest)) return;
  set.dests = [dest, ...set.dests];
  set.lastModified = net.jiffies;
}
