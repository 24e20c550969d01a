import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { Ipv4 } from '../wire/address.ts';
import { isLocalAddress } from './fib.ts';
import type { FibError, FibRoute, Flow, ThroughDevices, WayOut } from './route-types.ts';

/** Where a packet goes (struct rtable). */
export type Route = Way | NoRoute;

/** Somewhere: to the director itself, or out. */
export type Way = { readonly kind: 'local' } | WayOut;

/** No way, or a source that cannot be: dropped without a word, or, if a table said so, with one (ip_error). */
export interface NoRoute {
  readonly kind: 'none';
  readonly why: string;
  readonly error?: FibError;
}

export const LOOPBACK = 'lo';

/** The way of a packet that came in by a device (net/ipv4/route.c, ip_route_input_slow). */
export function routeInput(
  net: Net,
  { header, mark }: Pick<Skb, 'header' | 'mark'>,
  inDevice: string,
): Route {
  const { source, destination } = header;
  if (isLoopback(destination) || isLoopback(source))
    return { kind: 'none', why: 'an address of lo from outside: martian' };
  const forwards = sysctl(net, 'net.ipv4.ip_forward') !== 0;
  const found = net.parts.fibLookup(net, { source, destination, mark, iif: inDevice, oif: undefined });
  const local = typeof found === 'object' && found.type === 'local';
  if (!forwards && !local) return { kind: 'none', why: 'ip_forward is 0' };
  if (typeof found === 'string') return { kind: 'none', why: WORDS[found], error: found };
  const seen = net.parts.validateSource(net, header, {
    inDevice,
    outDevice: local ? LOOPBACK : found.device,
  });
  if (typeof seen === 'string') return { kind: 'none', why: seen };
  if (local) return { kind: 'local' };
  return wayOut(net, destination, found, { detour: seen.neighbour && found.device === inDevice });
}

const WORDS: Readonly<Record<FibError, string>> = {
  ENETUNREACH: 'no route',
  EHOSTUNREACH: 'a route says unreachable',
  EACCES: 'prohibited',
  EINVAL: 'a black hole',
};

/**
 * Why a packet cannot come from there, or whether its sender is a neighbour: its source is the director's own, or the
 * way back to it is another than it came by (net/ipv4/fib_frontend.c, __fib_validate_source). The way back is looked
 * for without the packet's mark.
 */
export function validateSource(
  net: Net,
  { source, destination }: Skb['header'],
  { inDevice, outDevice }: ThroughDevices,
): string | { readonly neighbour: boolean } {
  const back: Flow = { source: destination, destination: source, mark: 0, iif: outDevice, oif: undefined };
  const found = net.parts.fibLookup(net, back);
  const isNeighbour = ({ gateway }: FibRoute) =>
    gateway === undefined || !net.kernel.has('redirect-to-neighbours-only');
  if (typeof found === 'string')
    return rpFilter(net, inDevice) === 0
      ? { neighbour: false }
      : 'rp_filter: no way leads back to the source';
  if (found.type === 'local' && !deviceSysctl(net, 'accept_local', inDevice).some((value) => value !== 0))
    return 'the source is an address of the director: martian';
  if (found.device === inDevice) return { neighbour: isNeighbour(found) };
  if (rpFilter(net, inDevice) === 1) return `rp_filter: the way back to the source is by ${found.device}`;
  const there = net.parts.fibLookup(net, { ...back, oif: inDevice });
  return { neighbour: typeof there === 'object' && there.type === 'unicast' && isNeighbour(there) };
}

function rpFilter(net: Net, device: string): number {
  return Math.max(...deviceSysctl(net, 'rp_filter', device));
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

/** What else is known of a packet that the director sends. */
export interface Sent {
  /** Chosen by the route where it is not given. */
  readonly source?: Ipv4;
  readonly mark?: number;
  /** The source may be another's (FLOWI_FLAG_ANYSRC). */
  readonly anySource?: boolean;
}

/**
 * The way of a packet that the director sends (ip_route_output_key_hash_rcu). A source must be an address of its own,
 * and one of 127/8 stays at home (__mkroute_output).
 */
export function routeOutput(net: Net, destination: Ipv4, { source, mark = 0, anySource }: Sent = {}): Route {
  if (source !== undefined && !anySource && !isLocalAddress(net, source))
    return { kind: 'none', why: 'the source is no address of the director' };
  const found = net.parts.fibLookup(net, {
    source: source ?? 0,
    destination,
    mark,
    iif: LOOPBACK,
    oif: undefined,
  });
  if (typeof found === 'string') return { kind: 'none', why: WORDS[found] };
  if (found.type === 'local') return { kind: 'local' };
  if (source !== undefined && isLoopback(source))
    return { kind: 'none', why: 'the source is an address of lo' };
  return wayOut(net, destination, found, { detour: false });
}

function wayOut(net: Net, destination: Ipv4, fib: FibRoute, { detour }: Pick<WayOut, 'detour'>): WayOut {
  const link = net.config.topology.links.find(({ device }) => device === fib.device)!;
  return { kind: 'unicast', link, destination, fib, detour };
}

/** Sets a packet on its way (skb_dst_set). Its next hop is a router, or the destination that the packet has. */
export function setRoute(skb: Skb, way: Way): void {
  skb.way = way.kind === 'local' ? undefined : way;
  skb.toLocal = way.kind === 'local';
  skb.outDevice = way.kind === 'local' ? LOOPBACK : way.link.device;
  skb.nextHop = (way.kind === 'unicast' && way.fib.gateway) || skb.header.destination;
}

export function isLoopback(address: Ipv4): boolean {
  return address >>> 24 === 127;
}
