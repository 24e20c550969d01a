import type { Link } from '../config/topology.ts';
import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { newTimer } from '../timer.ts';
import { modTimer } from '../timers.ts';
import { note } from '../trace-log.ts';
import { formatIpv4, type Ipv4, type Mac } from '../wire/address.ts';
import { printArpRequest } from '../wire/arp.ts';
import { isLocalAddress } from './fib.ts';
import { type Neighbour, neighbourKey } from './types.ts';

/** Requests before the director gives up (mcast_solicit of net/core/neighbour.c), one a second. */
const PROBES_MAX = 3;

/** The MAC address of a next hop that is known for good (`ip neighbour … nud permanent`). */
export function permanentNeighbour(net: Net, link: Link, address: Ipv4): Mac | undefined {
  return net.config.topology.hosts.find((host) => host.link === link.name && host.address === address)?.mac;
}

/** Keeps a packet until its next hop answers. In these topologies it never does (__neigh_event_send). */
export function resolve(net: Net, skb: Skb, link: Link, failed: (skb: Skb) => void): void {
  const key = neighbourKey(link.device, skb.nextHop);
  const known = net.neighbours.get(key);
  if (known) {
    known.queue.push(skb);
    return note(net, 'neighbour', 'neigh_resolve_output', '', () => 'waits with others for the next hop');
  }
  const address = skb.nextHop;
  const neighbour: Neighbour = {
    queue: [skb],
    probes: 0,
    timer: newTimer(() => {
      if (neighbour.probes < PROBES_MAX) return probe(net, link, address, neighbour);
      net.neighbours.delete(key);
      for (const waiting of neighbour.queue) failed(waiting);
    }),
  };
  net.neighbours.set(key, neighbour);
  probe(net, link, address, neighbour);
}

/** Asks once more, and looks again in a second (neigh_probe, arp_solicit). */
function probe(net: Net, link: Link, address: Ipv4, neighbour: Neighbour): void {
  note(net, 'neighbour', 'arp_solicit', '', () => `asks on ${link.device} who has ${formatIpv4(address)}`);
  neighbour.probes += 1;
  // It asks in the name that the waiting packet has, if that is its own (net/ipv4/arp.c, arp_solicit).
  const name = neighbour.queue.at(-1)?.header.source;
  const own = name !== undefined && isLocalAddress(net, name) ? name : link.address;
  const frame = printArpRequest({ mac: link.mac, address: own }, address);
  net.emitted.push({ link: link.name, frame });
  modTimer(net, neighbour.timer, net.jiffies + net.kernel.hz);
}
