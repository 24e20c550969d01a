import fc from 'fast-check';
import { TWO_ARMED } from '../spec/config/topology.ts';
import type { Ipv4 } from '../spec/wire/address.ts';
import { weighted } from './draws.ts';

const hostsOf = (link: 'client' | 'server'): Ipv4[] =>
  TWO_ARMED.hosts.filter((host) => host.link === link).map((host) => host.address);

export const CLIENTS: readonly Ipv4[] = hostsOf('client');
/** Hosts of the clients' network that are seldom clients: in a one-armed cluster they are the real servers. */
export const NEIGHBOURS: readonly Ipv4[] = CLIENTS.slice(2);
export const REAL_SERVERS: readonly Ipv4[] = hostsOf('server');
export const VIPS: readonly Ipv4[] = TWO_ARMED.vips.map((vip) => vip.address);
/** The director's own addresses, one a link. */
export const OWN: readonly Ipv4[] = TWO_ARMED.links.map((link) => link.address);

/** The ports that services use; few, so that flows, rules and services meet. */
export const SERVICE_PORTS = [80, 443, 8080] as const;

/** Where keys for IPsec are agreed upon. */
export const ISAKMP_PORT = 500;

/** /etc/protocols has no names for them: one that nobody uses, and the one that raw sockets keep. */
export const UNNAMED_PROTOCOLS = [200, 255] as const;

/** Nothing listens there. */
export const FREE_PORTS = [22, 8081] as const;

/** A host of the client side, mostly the same one. */
export const clientAddress: fc.Arbitrary<Ipv4> = weighted(
  [6, CLIENTS[0]!],
  [2, CLIENTS[1]!],
  [1, CLIENTS[2]!],
);

export const realServer: fc.Arbitrary<Ipv4> = fc.constantFrom(...REAL_SERVERS);

export const vip: fc.Arbitrary<Ipv4> = weighted([3, VIPS[0]!], [1, VIPS[1]!]);

export const servicePort: fc.Arbitrary<number> = weighted<number>([4, 80], [2, 443], [1, 8080]);

/** Few, so that two flows may share one. Port 20 is special to IPVS: it is left to the FTP helper. */
export const clientPort: fc.Arbitrary<number> = weighted(
  [8, 40000],
  [5, 40001],
  [4, 40002],
  [2, 1024],
  [1, 65535],
  [1, 20],
);

/** Any address that a rule may name. */
export const anyAddress: fc.Arbitrary<Ipv4> = fc.constantFrom(...CLIENTS, ...REAL_SERVERS, ...VIPS, ...OWN);
