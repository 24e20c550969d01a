import { type Ipv4, type Mac, parseIpv4 } from '../wire/address.ts';

/** The director's two sides. Frames of a scenario enter and leave by one of them. */
export type LinkName = 'client' | 'server';

/** Where a packet begins: on one of the links, or with a program on the director itself. */
export type Origin = LinkName | 'director';

/** One network device of the director. */
export interface Link {
  readonly name: LinkName;
  /** What the director's own tools call it (`-i eth0`). */
  readonly device: string;
  readonly mac: Mac;
  readonly mtu: number;
  readonly address: Ipv4;
  readonly prefixLength: number;
}

/** A machine beside the director: a client or a real server, known by a permanent neighbour entry. */
export interface Host {
  /** The name that scenarios use: CIP1, RIP2 … */
  readonly name: string;
  readonly link: LinkName;
  readonly address: Ipv4;
  readonly mac: Mac;
}

/** Who is on the wire. Unless its administrator says more, every route of the director follows from the links' prefixes. */
export interface Topology {
  readonly links: readonly Link[];
  readonly hosts: readonly Host[];
  /** Addresses that the director holds besides those of its links: the VIPs, as /32 on the first link. */
  readonly vips: readonly { readonly name: string; readonly address: Ipv4 }[];
}

/** Whether an address is one of the director's own: a link's, or a virtual one. */
export const isOwn = ({ links, vips }: Topology, address: Ipv4): boolean =>
  [...links, ...vips].some((one) => one.address === address);

const ip = (text: string): Ipv4 => parseIpv4(text)!;

function hosts(prefix: string, link: LinkName, network: string, first: number, count: number): Host[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${prefix}${index + 1}`,
    link,
    address: ip(`${network}.${first + index}`),
    mac: `0200${link === 'client' ? 'c1' : '5e'}0000${(index + 1).toString(16).padStart(2, '0')}`,
  }));
}

/** The ordinary director: clients in front, real servers behind. */
export const TWO_ARMED: Topology = {
  links: [
    {
      name: 'client',
      device: 'eth0',
      mac: '0200d1000001',
      mtu: 1500,
      address: ip('10.0.0.1'),
      prefixLength: 24,
    },
    {
      name: 'server',
      device: 'eth1',
      mac: '0200d1000002',
      mtu: 1500,
      address: ip('192.168.1.1'),
      prefixLength: 24,
    },
  ],
  hosts: [...hosts('CIP', 'client', '10.0.0', 2, 4), ...hosts('RIP', 'server', '192.168.1', 11, 4)],
  vips: [
    { name: 'VIP1', address: ip('10.0.0.100') },
    { name: 'VIP2', address: ip('10.0.0.101') },
  ],
};

/** How many of each kind of host, and of virtual address, there are. */
export interface HostCounts {
  readonly clients: number;
  readonly servers: number;
  readonly vips: number;
}

/** What the numbers in both networks are enough for; VIPs follow clients. */
export const MOST_HOSTS: HostCounts = { clients: 98, servers: 244, vips: 100 };

/** The topology with other numbers of hosts. */
export function withHosts(topology: Topology, counts: Partial<HostCounts>): Topology {
  const { clients, servers, vips } = { ...hostCounts(topology), ...counts };
  return {
    ...topology,
    hosts: [
      ...hosts('CIP', 'client', '10.0.0', 2, clients),
      ...hosts('RIP', 'server', '192.168.1', 11, servers),
    ],
    vips: Array.from({ length: vips }, (_, index) => ({
      name: `VIP${index + 1}`,
      address: ip(`10.0.0.${100 + index}`),
    })),
  };
}

/** How many hosts and virtual addresses the topology has. */
export function hostCounts({ hosts, vips }: Topology): HostCounts {
  const on = (name: LinkName) => hosts.filter(({ link }) => link === name).length;
  return { clients: on('client'), servers: on('server'), vips: vips.length };
}

/** Those of the numbers that are not the usual ones. */
export function unusualHosts(topology: Topology): Partial<HostCounts> {
  const usual = new Map<string, number>(Object.entries(hostCounts(TWO_ARMED)));
  return Object.fromEntries(
    Object.entries(hostCounts(topology)).filter(([kind, n]) => n !== usual.get(kind)),
  );
}

export const USUAL_MTU = 1500;

/** The topology with other MTUs; a link that is not named keeps the usual one. */
export function withMtu(
  topology: Topology,
  mtu: { readonly [Name in LinkName]?: number | undefined },
): Topology {
  return {
    ...topology,
    links: topology.links.map((link) => ({ ...link, mtu: mtu[link.name] ?? USUAL_MTU })),
  };
}

/** The MTUs that are not the usual one, by link. */
export function unusualMtu({ links }: Topology): Partial<Record<LinkName, number>> {
  return Object.fromEntries(links.filter(({ mtu }) => mtu !== USUAL_MTU).map(({ name, mtu }) => [name, mtu]));
}

/** As many hosts as there can be. */
const EVERYBODY = withHosts(TWO_ARMED, MOST_HOSTS);

/** Names that a host may have. */
export const HOST_NAMES: ReadonlySet<string> = new Set(EVERYBODY.hosts.map(({ name }) => name));

/** Every name that scenario text may use for an address, and the address: `VIP` is `VIP1`, and so on. */
export const ADDRESS_NAMES: ReadonlyMap<string, Ipv4> = new Map<string, Ipv4>([
  ['VIP', ip('10.0.0.100')],
  ['CIP', ip('10.0.0.2')],
  ['RIP', ip('192.168.1.11')],
  ['DIP', ip('192.168.1.1')],
  ['EXT', ip('10.0.0.1')],
  ...[...EVERYBODY.vips, ...EVERYBODY.hosts].map(({ name, address }) => [name, address] as const),
]);
