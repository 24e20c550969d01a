import type { VirtualService } from '../../spec/config/services.ts';
import {
  ADDRESS_NAMES,
  MOST_HOSTS,
  type Topology,
  TWO_ARMED,
  withHosts,
  withMtu,
} from '../../spec/config/topology.ts';
import { formatIpv4, type Ipv4, parseIpv4, prefixMask } from '../../spec/wire/address.ts';
import { InputError } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import type { Named } from './named-by-rules.ts';
import { narrowLinks } from './narrow-links.ts';

/** Who plays whom: addresses of the capture, and those of the topology that stand for them. */
export interface Casting {
  readonly topology: Topology;
  readonly roles: ReadonlyMap<Ipv4, { readonly name: string; readonly address: Ipv4 }>;
}

/** Nobody here has an address of this network (RFC 5737); who takes no part is put there. */
const NOBODY = parseIpv4('203.0.113.0')!;

/** Who may take part besides those who were seen to. */
export interface Unseen {
  /** Addresses of the director itself. */
  readonly own: readonly Ipv4[];
  /** Services of which nothing was seen, but that rules may lead to, or real servers in whose name they may speak. */
  readonly named: Named;
}

/** Gives every address that takes part a role: virtual addresses, real servers, clients, the director's own. */
export function cast(
  services: readonly VirtualService[],
  exchanges: readonly Exchange[],
  unseen: Unseen,
): Casting {
  const called = unique([
    ...exchanges.map(({ conversation }) => conversation.virtual.address),
    ...unseen.named.vips,
  ]);
  const dests = unique([
    ...services.flatMap((service) => service.dests.map(({ address }) => address)),
    ...unseen.named.servers,
    ...speakers(exchanges),
  ]);
  const [sides, more] = told(
    unseen.own.filter((address) => !called.includes(address)),
    { fronts: called, dests },
  );
  const vips = [...called, ...more];
  const own = new Map([...signers(exchanges), ...masks(exchanges), ...sides]);
  const callers = unique([
    ...exchanges.map(({ conversation }) => conversation.client.address),
    ...unseen.named.clients.filter((address) => !own.has(address)),
  ]);
  const elsewhere = translatedTo(exchanges).filter((address) => !callers.includes(address));
  const servers = unique([...dests, ...elsewhere]).filter(
    (address) => !own.has(address) && !vips.includes(address) && !isLoopback(address),
  );
  const clients = callers.filter((address) => !servers.includes(address));
  for (const [what, found, most] of [
    ['clients', clients, MOST_HOSTS.clients],
    ['real servers', servers, MOST_HOSTS.servers],
    ['virtual addresses', vips, MOST_HOSTS.vips],
  ] as const)
    if (found.length > most)
      throw new InputError(
        `${found.length} ${what} take part; allowed: ${most}; name the flows that matter with --client ADDRESS:PORT`,
      );
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

type Role = readonly [Ipv4, { readonly name: string; readonly address: Ipv4 }];

const role = (address: Ipv4, name: string): Role => [address, { name, address: ADDRESS_NAMES.get(name)! }];

/** The director signs its ICMP errors with the address of the side that they go to. */
function signers(exchanges: readonly Exchange[]): Role[] {
  return exchanges.flatMap(({ answers, classified }) =>
    answers
      .filter(({ kind, classified: said }) => kind === 'back' && said.error)
      .map(({ packet }) => role(packet.source, classified.from === 'client' ? 'EXT' : 'DIP')),
  );
}

/** In whose name rules let packets of clients reach real servers: the director's, as a rule. */
function masks(exchanges: readonly Exchange[]): Role[] {
  const shown = exchanges.flatMap(({ answers, conversation: { client }, classified: { from } }) =>
    answers
      .filter(
        ({ kind, packet, classified: { far, error } }) =>
          from === 'client' &&
          kind === 'forwarded' &&
          !error &&
          far.kind === 'real' &&
          packet.source !== client.address,
      )
      .map(({ packet }) => packet.source),
  );
  // Of several addresses one can be the director's own.
  return shown.slice(0, 1).map((address) => role(address, 'DIP'));
}

/** Real servers that were heard, of whichever service. */
function speakers(exchanges: readonly Exchange[]): Ipv4[] {
  const heard = exchanges.filter(({ classified: { from, far } }) => from === 'server' && far.kind === 'real');
  return heard.map(({ classified: { far } }) => far.address);
}

/** To whom rules, and no service, let packets of clients go. */
function translatedTo(exchanges: readonly Exchange[]): Ipv4[] {
  return exchanges.flatMap(({ answers, classified: { from } }) =>
    answers
      .filter(({ kind }) => kind === 'translated' && from === 'client')
      .map(({ packet }) => packet.destination),
  );
}

/**
 * What nobody can see is told: on the servers' side if it is in their network more than in the services'. A director has
 * one address of its own on each side; others are virtual ones.
 */
function told(
  given: readonly Ipv4[],
  { fronts, dests }: { readonly fronts: readonly Ipv4[]; readonly dests: readonly Ipv4[] },
): [sides: Role[], more: Ipv4[]] {
  const nearness = (address: Ipv4, others: readonly Ipv4[]) =>
    Math.max(0, ...others.filter((one) => one !== address).map((one) => Math.clz32(one ^ address)));
  const free = new Set(['DIP', 'EXT']);
  const sides: Role[] = [];
  const more: Ipv4[] = [];
  for (const address of given) {
    const nearer = nearness(address, dests) > nearness(address, fronts) ? 'DIP' : 'EXT';
    const name = free.has(nearer) ? nearer : [...free][0];
    if (name === undefined) {
      more.push(address);
      continue;
    }
    sides.push(role(address, name));
    free.delete(name);
  }
  return [sides, more];
}

const isLoopback = (address: Ipv4): boolean => address >>> 24 === 127;

export function addressOf({ roles }: Casting, address: Ipv4): Ipv4 {
  return roles.get(address)?.address ?? (isLoopback(address) ? address : NOBODY);
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
