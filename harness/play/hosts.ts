import type { Host, Link, Origin, Topology } from '../../spec/config/topology.ts';
import type { Flow } from '../../spec/scenario.ts';
import { type Ipv4, type Mac, prefixMask } from '../../spec/wire/address.ts';
import { InputError } from '../errors.ts';

/** Who sends a packet: somebody on the wire, or the director itself, which has no wire to send by yet. */
export type Sender = Pick<Host, 'mac'> & { readonly link: Origin };

export const DIRECTOR: Sender = { link: 'director', mac: '000000000000' };

/** The first host on the other side of the director than the client. */
export function firstServer(topology: Topology, flow: Flow): Host {
  const near = hostAt(topology, flow.client.address).link;
  const far = topology.hosts.find(({ link }) => link !== near);
  if (!far) throw new InputError('the topology has no host beyond the director that could answer');
  return far;
}

export function hostNamed(topology: Topology, name: string): Host {
  const host = topology.hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  throw new InputError(
    `by: ${name} is no host; the hosts are ${topology.hosts.map((h) => h.name).join(', ')}`,
  );
}

/** An address that no host owns (spoofed on purpose) is sent by a host of the network that it claims to be in. */
export function hostAt(topology: Topology, address: Ipv4): Sender {
  const owner = topology.hosts.find((host) => host.address === address);
  if (owner) return owner;
  const link = topology.links.find((candidate) => covers(candidate, address)) ?? topology.links[0]!;
  return topology.hosts.find((host) => host.link === link.name) ?? { link: link.name, mac: '020000000001' };
}

function covers(link: Link, address: Ipv4): boolean {
  const mask = prefixMask(link.prefixLength);
  return (link.address & mask) === (address & mask);
}

/** The host that a frame was for. */
export function hostWithMac(topology: Topology, mac: Mac): Host | undefined {
  return topology.hosts.find((host) => host.mac === mac);
}
