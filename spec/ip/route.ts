import type { Link } from '../config/topology.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { type Ipv4, prefixMask } from '../wire/address.ts';
import type { Ipv4Header } from '../wire/ipv4.ts';

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

/** The way of a packet that came in by a device (net/ipv4/route.c, ip_route_input_slow). */
export function routeInput(net: Net, { source, destination }: Ipv4Header, inDevice: string): Route {
  const local = isLocal(net, destination);
  if (!local && sysctl(net, 'net.ipv4.ip_forward') === 0) return { kind: 'none', why: 'ip_forward is 0' };
  const why = net.parts.invalidSource(net, source, inDevice);
  if (why !== undefined) return { kind: 'none', why };
  return local ? { kind: 'local' } : routeOutput(net, destination);
}

/**
 * Why a packet cannot come from there: its source is the director's own, or the way back to it is another than it
 * came by; undefined when it can (net/ipv4/fib_frontend.c, fib_validate_source).
 */
export function invalidSource(net: Net, source: Ipv4, inDevice: string): string | undefined {
  const rpFilter = Math.max(...deviceSysctl(net, 'rp_filter', inDevice));
  const local = isLocal(net, source);
  if (local && !deviceSysctl(net, 'accept_local', inDevice).some((value) => value !== 0))
    return 'the source is an address of the director: martian';
  if (rpFilter === 0) return undefined;
  const back = linkBack(net, source);
  if (!back) return 'rp_filter: no way leads back to the source';
  const strict = rpFilter === 1 && back.device !== inDevice;
  return strict ? `rp_filter: the way back to the source is by ${back.device}` : undefined;
}

/** The value for all devices, and the device's own (IN_DEV_MAXCONF, IN_DEV_ORCONF). */
export function deviceSysctl(
  net: Net,
  name: 'rp_filter' | 'accept_local' | 'send_redirects',
  device: string,
): readonly [all: number, own: number] {
  const own = device === 'eth0' || device === 'eth1' ? device : undefined;
  return [sysctl(net, DEVICE_SYSCTLS.all[name]), own ? sysctl(net, DEVICE_SYSCTLS[own][name]) : 0];
}

/** Their names are made once: every packet asks. */
const DEVICE_SYSCTLS = { all: namesFor('all'), eth0: namesFor('eth0'), eth1: namesFor('eth1') } as const;

function namesFor<Device extends 'all' | 'eth0' | 'eth1'>(device: Device) {
  return {
    rp_filter: `net.ipv4.conf.${device}.rp_filter`,
    accept_local: `net.ipv4.conf.${device}.accept_local`,
    send_redirects: `net.ipv4.conf.${device}.send_redirects`,
  } as const;
}

/** By which link answers to somebody go, or where the director itself holds the address; VIPs are on the first. */
export function linkBack(net: Net, address: Ipv4): Link | undefined {
  const { links } = net.config.topology;
  const route = routeOutput(net, address);
  if (route.kind === 'local') return links.find((link) => link.address === address) ?? links[0];
  return route.kind === 'unicast' ? route.link : undefined;
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

export function isLoopback(address: Ipv4): boolean {
  return address >>> 24 === 127;
}
