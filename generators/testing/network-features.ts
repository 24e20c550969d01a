import type { RoutingEntry } from '../../spec/config/routing.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { BY_DIRECTOR } from '../../spec/scenario.ts';
import { PROTOCOL_AH, PROTOCOL_ESP, PROTOCOL_GRE } from '../../spec/wire/ipv4.ts';
import { CLIENTS, OWN, VIPS } from '../addresses.ts';
import { type Feature, packets, rules, sysctl } from './feature.ts';

const routing = (is: (entry: RoutingEntry) => boolean) => (scenario: Scenario) =>
  (scenario.director.routing ?? []).some(is);

/** What is not TCP to a service: other protocols, fragments, narrow links, odd ways. */
export const NETWORK_FEATURES: Readonly<Record<string, Feature>> = {
  'a datagram from the client': {
    perMille: 100,
    in: packets((p) => p.kind === 'datagram' && p.from === 'client'),
  },
  'a datagram from the server': {
    perMille: 30,
    in: packets((p) => p.kind === 'datagram' && p.from === 'server'),
  },
  'a datagram without checksum': {
    perMille: 5,
    in: packets((p) => p.kind === 'datagram' && p.noChecksum === true),
  },
  'a datagram with a wrong checksum': {
    perMille: 5,
    in: packets((p) => p.kind === 'datagram' && p.badChecksum === true),
  },
  'an empty datagram': { perMille: 20, in: packets((p) => p.kind === 'datagram' && p.length === 0) },
  'an ICMP error of the client': {
    perMille: 80,
    in: packets((p) => p.kind === 'icmp' && p.from === 'client'),
  },
  'an ICMP error of the server': {
    perMille: 60,
    in: packets((p) => p.kind === 'icmp' && p.from === 'server'),
  },
  'fragmentation needed': {
    perMille: 20,
    in: packets((p) => p.kind === 'icmp' && p.type === 3 && p.code === 4),
  },
  'an ICMP error of a router': { perMille: 20, in: packets((p) => p.kind === 'icmp' && p.by !== undefined) },
  'an ICMP error that quotes too little': {
    perMille: 5,
    in: packets((p) => p.kind === 'icmp' && (p.quote ?? 28) < 28),
  },
  'an ICMP error that quotes a fragment': {
    perMille: 3,
    in: packets((p) => p.kind === 'icmp' && p.quotedOffset !== undefined),
  },
  'an ICMP error with a wrong checksum': {
    perMille: 5,
    in: packets((p) => p.kind === 'icmp' && p.badChecksum === true),
  },
  'a packet of a protocol without ports': { perMille: 60, in: packets((p) => p.kind === 'other') },
  'a packet of IPsec': {
    perMille: 30,
    in: packets((p) => p.kind === 'other' && (p.protocol === PROTOCOL_ESP || p.protocol === PROTOCOL_AH)),
  },
  'a packet of GRE': { perMille: 8, in: packets((p) => p.kind === 'other' && p.protocol === PROTOCOL_GRE) },
  'a packet of a client on the director': {
    perMille: 20,
    in: packets((p) => p.from === 'client' && p.by === BY_DIRECTOR),
  },
  'a packet of a server on the director': {
    perMille: 10,
    in: packets((p) => p.from === 'server' && p.by === BY_DIRECTOR),
  },
  'a packet by a wire where it does not belong': { perMille: 20, in: packets((p) => p.via !== undefined) },
  rp_filter: { perMille: 10, in: sysctl('net.ipv4.conf.all.rp_filter', 1) },
  accept_local: { perMille: 10, in: sysctl('net.ipv4.conf.all.accept_local', 1) },
  send_redirects: { perMille: 10, in: sysctl('net.ipv4.conf.all.send_redirects', 1) },
  'a rule of routing': { perMille: 30, in: routing((entry) => entry.kind === 'rule') },
  'a route that refuses': {
    perMille: 8,
    in: routing((one) => one.kind === 'route' && one.type !== 'unicast' && one.type !== 'local'),
  },
  'a router': { perMille: 15, in: routing((entry) => entry.kind === 'route' && entry.via !== undefined) },
  'a mark that is brought home': {
    perMille: 30,
    in: routing((entry) => entry.kind === 'rule' && entry.mark !== undefined),
  },
  cache_bypass: { perMille: 15, in: sysctl('net.ipv4.vs.cache_bypass', 1) },
  'a flow between clients': {
    perMille: 10,
    in: ({ flows }) =>
      Object.values(flows).some(
        ({ client, service }) => CLIENTS.includes(client.address) && CLIENTS.includes(service.address),
      ),
  },
  'a flow from an address of the director': {
    perMille: 10,
    in: ({ flows }) => Object.values(flows).some(({ client }) => [...VIPS, ...OWN].includes(client.address)),
  },
  'a fragment': { perMille: 40, in: packets((p) => p.fragment !== undefined) },
  'a fragment of TCP': { perMille: 20, in: packets((p) => p.kind === 'segment' && p.fragment !== undefined) },
  'a fragment of UDP': { perMille: 3, in: packets((p) => p.kind === 'datagram' && p.fragment !== undefined) },
  'a fragment of a ping': { perMille: 3, in: packets((p) => p.kind === 'echo' && p.fragment !== undefined) },
  'a fragment of an ICMP error': {
    perMille: 3,
    in: packets((p) => p.kind === 'icmp' && p.fragment !== undefined),
  },
  'a tiny first fragment': {
    perMille: 10,
    in: packets((p) => p.fragment?.offset === 0 && p.fragment.length < 20),
  },
  'a fragment beyond the longest packet': {
    perMille: 1,
    in: packets((p) => (p.fragment?.offset ?? 0) > 64_000),
  },
  'a fragment that must not be cut': {
    perMille: 10,
    in: packets((p) => p.fragment !== undefined && p.mayFragment !== true),
  },
  'ECN bits': { perMille: 10, in: packets((p) => ((p.tos ?? 0) & 3) !== 0) },
  'a rule for fragments': { perMille: 20, in: rules((rule) => rule.fragment !== undefined) },
  'a narrow link': {
    perMille: 60,
    in: ({ director }) => director.topology.links.some(({ mtu }) => mtu < 1500),
  },
  'a packet that may be cut': { perMille: 100, in: packets((p) => p.mayFragment === true) },
  'a ping': { perMille: 100, in: packets((p) => p.kind === 'echo' && p.message === 'request') },
  'an answer to a ping': { perMille: 50, in: packets((p) => p.kind === 'echo' && p.message === 'reply') },
  'a ping with a wrong checksum': {
    perMille: 10,
    in: packets((p) => p.kind === 'echo' && p.badChecksum === true),
  },
};
