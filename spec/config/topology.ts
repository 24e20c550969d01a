import { type Ipv4, type Mac, parseIpv4 } from '../wire/address.ts';

/** The director's two sides. Frames of a scenario enter and leave by one of them. */
export type LinkName = 'client' | 'server';

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

/** Who is on the wire. Every route of the director follows from the links' prefixes. */
export interface Topology {
  readonly links: readonly Link[];
  readonly hosts: readonly Host[];
  /** Addresses that the director holds besides those of its links: the VIPs, as /32 on the first link. */
  readonly vips: readonly { readonly name: string; readonly address: Ipv4 }[];
}

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

/** Every name that scenario text may use for an address, and the address: `VIP` is `VIP1`, and so on. */
export const ADDRESS_NAMES: ReadonlyMap<string, Ipv4> = new Map<string, Ipv4>([
  ['VIP', ip('10.0.0.100')],
  ['CIP', ip('10.0.0.2')],
  ['RIP', ip('192.168.1.11')],
  ['DIP', ip('192.168.1.1')],
  ['EXT', ip('10.0.0.1')],
  ...[...TWO_ARMED.vips, ...TWO_ARMED.hosts].map(({ name, address }) => [name, address] as const),
]);
