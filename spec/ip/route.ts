import type { Link } from '../config/topology.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { type Ipv4, prefixMask } from '../wire/address.ts';

/** Where a packet goes (struct rtable). */
export type Route =
  | { readonly kind: 'local' }
  | { readonly kind: 'unicast'; readonly link: Link }
  /** No way, or a source that cannot be: dropped without a word. */
  | { readonly kind: 'none'; readonly why: string };

export const LOOPBACK = 'lo';

/** Whether the director holds the address itself. */
export function isLocal(net: Net, address: Ipv4): boolean {
  const { links, vips } = net.config.topology;
  return (
    isLoopback(address) ||
    links.some((link) => link.address === address) ||
    vips.some((vip) => vip.address === address)
  );
}

/** The way of a packet that arrived (net/ipv4/route.c, ip_route_input_slow). */
export function routeInput(net: Net, source: Ipv4, destination: Ipv4): Route {
  if (isLocal(net, source)) return { kind: 'none', why: 'the source is an address of the director: martian' };
  if (isLocal(net, destination)) return { kind: 'local' };
  if (sysctl(net, 'net.ipv4.ip_forward') === 0) return { kind: 'none', why: 'ip_forward is 0' };
  return routeOutput(net, destination);
}

/**
 * The way of a packet that the director sends (ip_route_output_key). Routes follow from the links' prefixes. A
 * `source` of 127/8 stays at home (__mkroute_output).
 */
export function routeOutput(net: Net, destination: Ipv4, source?: Ipv4): Route {
  if (isLocal(net, destination)) return { kind: 'local' };
  const link = net.config.topology.links.find(({ address, prefixLength }) => {
    const mask = prefixMask(prefixLength);
    return (destination & mask) >>> 0 === (address & mask) >>> 0;
  });
  if (link && source !== undefined && isLoopback(source))
    return { kind: 'none', why: 'the source is an address of lo' };
  return link ? { kind: 'unicast', link } : { kind: 'none', why: 'no route' };
}

function isLoopback(address: Ipv4): boolean {
  return address >>> 24 === 127;
}
