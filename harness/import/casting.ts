import type { VirtualService } from '../../spec/config/services.ts';
import {
  ADDRESS_NAMES,
  type LinkName,
  MOST_HOSTS,
  type Topology,
  TWO_ARMED,
  withHosts,
  withMtu,
} from '../../spec/config/topology.ts';
import { formatIpv4, type Ipv4, parseIpv4, prefixMask } from '../../spec/wire/address.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED } from '../../spec/wire/icmp.ts';
import { InputError } from '../errors.ts';
import type { Exchange } from './conversations.ts';

/** Who plays whom: addresses of the capture, and those of the topology that stand for them. */
export interface Casting {
  readonly topology: Topology;
  readonly roles: ReadonlyMap<Ipv4, { readonly name: string; readonly address: Ipv4 }>;
}

/** Every link takes so much. */
const LEAST_MTU = 576;

/** Nobody here has an address of this network (RFC 5737); who takes no part is put there. */
const NOBODY = parseIpv4('203.0.113.0')!;

/** Gives every address that takes part a role: virtual addresses, real servers, clients, the director's own. */
export function cast(services: readonly VirtualService[], exchanges: readonly Exchange[]): Casting {
  const vips = unique(exchanges.map(({ conversation }) => conversation.virtual.address));
  const servers = unique(services.flatMap(({ dests }) => dests.map(({ address }) => address)));
  const clients = unique(exchanges.map(({ conversation }) => conversation.client.address)).filter(
    (address) => !servers.includes(address),
  );
  for (const [what, found, most] of [
    ['clients', clients, MOST_HOSTS.clients],
    ['real servers', servers, MOST_HOSTS.servers],
    ['virtual addresses', vips, MOST_HOSTS.vips],
  ] as const)
    if (found.length > most)
      throw new InputError(
        `${found.length} ${what} take part; allowed: ${most}; name the flows that matter with --client ADDRESS:PORT`,
      );
  const own = ownAddresses(exchanges);
  const topology = withMtu(TWO_ARMED, narrowLinks(exchanges));
  return {
    topology: withHosts(topology, {
      clients: Math.max(4, clients.length),
      servers: Math.max(4, servers.length),
      vips: Math.max(2, vips.length),
    }),
    roles: new Map([...own, ...named('CIP', clients), ...named('RIP', servers), ...named('VIP', vips)]),
  };
}

const unique = (addresses: readonly Ipv4[]): Ipv4[] => [...new Set(addresses)];

function named(prefix: string, addresses: readonly Ipv4[]): [Ipv4, { name: string; address: Ipv4 }][] {
  return addresses.map((address, index) => {
    const name = `${prefix}${index + 1}`;
    return [address, { name, address: ADDRESS_NAMES.get(name)! }];
  });
}

/** What the director says of the link that a packet was too large for. */
function narrowLinks(exchanges: readonly Exchange[]): Partial<Record<LinkName, number>> {
  const found: Partial<Record<LinkName, number>> = {};
  for (const { answers, classified } of exchanges)
    for (const {
      kind,
      classified: { error },
    } of answers) {
      const tooLarge =
        kind === 'back' && error?.type === ICMP_DEST_UNREACH && error.code === ICMP_FRAG_NEEDED;
      if (tooLarge && error.mtu >= LEAST_MTU)
        found[classified.from === 'client' ? 'server' : 'client'] = error.mtu;
    }
  return found;
}

/** The director signs its ICMP errors with the address of the side that they go to. */
function ownAddresses(exchanges: readonly Exchange[]): Map<Ipv4, { name: string; address: Ipv4 }> {
  const own = new Map<Ipv4, { name: string; address: Ipv4 }>();
  for (const { answers, classified } of exchanges)
    for (const { kind, packet, classified: said } of answers) {
      if (kind !== 'back' || !said.error) continue;
      const name = classified.from === 'client' ? 'EXT' : 'DIP';
      own.set(packet.source, { name, address: ADDRESS_NAMES.get(name)! });
    }
  return own;
}

export function addressOf({ roles }: Casting, address: Ipv4): Ipv4 {
  return roles.get(address)?.address ?? NOBODY;
}

/** The network of the topology that holds exactly those who were in this one; undefined when none does. */
export function networkOf(
  { roles }: Casting,
  address: Ipv4,
  mask: Ipv4,
): { address: Ipv4; mask: Ipv4 } | undefined {
  if (mask === 0) return { address: 0, mask };
  const inside: Ipv4[] = [];
  const outside: Ipv4[] = [];
  for (const [was, { address: is }] of roles) ((was & mask) >>> 0 === address ? inside : outside).push(is);
  const [first] = inside;
  if (first === undefined) return { address: NOBODY, mask: prefixMask(mask === 0xffffffff ? 32 : 24) };
  for (let length = 32; length >= 0; length--) {
    const candidate = prefixMask(length);
    const holds = (one: Ipv4) => (one & candidate) >>> 0 === (first & candidate) >>> 0;
    if (!inside.every(holds)) continue;
    return outside.some(holds) ? undefined : { address: (first & candidate) >>> 0, mask: candidate };
  }
  return undefined;
}

/** Who in the capture has which name, for people. */
export function castList({ roles }: Casting): string[] {
  return [...roles].map(([address, { name }]) => `${name} is ${formatIpv4(address)}`);
}
