import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { isOwn, type Topology } from '../../spec/config/topology.ts';
import {
  BY_DIRECTOR,
  type Endpoint,
  type Flow,
  type IcmpError,
  type PacketItem,
} from '../../spec/scenario.ts';
import { long } from '../../spec/wire/ipv4.ts';
import { clientOf, type FlowLog } from './flow-log.ts';
import { DIRECTOR, firstServer, hostAt, hostNamed, hostWithMac, type Sender } from './hosts.ts';
import type { Way } from './packet-frame.ts';

/** Who sends a packet, from which address to which. */
export type Ends = Pick<Way, 'source' | 'destination' | 'isn'> & { readonly host: Sender };

/** Between whom a packet of a flow goes that carries no error. */
export function endsOf(config: DirectorConfig, flow: Flow, item: PacketItem, log: FlowLog): Ends {
  return item.from === 'client' ? clientEnds(config, flow, item) : serverEnds(config, flow, item, log);
}

function clientEnds({ topology }: DirectorConfig, flow: Flow, { by }: PacketItem): Ends {
  const isn = { own: flow.isn.client, peer: flow.isn.server };
  const destination = flow.service;
  if (by === BY_DIRECTOR)
    return { host: DIRECTOR, source: ofDirector(topology, flow.client), destination, isn };
  if (by === undefined)
    return { host: hostAt(topology, flow.client.address), source: flow.client, destination, isn };
  const host = hostNamed(topology, by);
  return { host, source: { ...flow.client, address: host.address }, destination, isn };
}

/** The end as the director can be it: at an address of its own. */
function ofDirector(topology: Topology, end: Endpoint): Endpoint {
  return isOwn(topology, end.address) ? end : { ...end, address: topology.links[0]!.address };
}

/** Before anything reached a server, the service itself answers if it is a host, else the first real server. */
function serverEnds(config: DirectorConfig, flow: Flow, { by }: PacketItem, log: FlowLog): Ends {
  const { topology } = config;
  const isn = { own: flow.isn.server, peer: flow.isn.client };
  const destination = clientOf(flow, log);
  const { arrival } = log;
  if (by === BY_DIRECTOR) {
    const source = ofDirector(topology, arrival?.server ?? flow.service);
    return { host: DIRECTOR, source, destination, isn };
  }
  if (by !== undefined) {
    const host = hostNamed(topology, by);
    const { port } = arrival?.server ?? flow.service;
    return { host, source: { address: host.address, port }, destination, isn };
  }
  if (arrival) {
    const host = hostWithMac(topology, arrival.mac) ?? hostAt(topology, arrival.server.address);
    return { host, source: arrival.server, destination, isn };
  }
  const host =
    topology.hosts.find(({ address }) => address === flow.service.address) ?? firstServer(topology, flow);
  return { host, source: { address: host.address, port: flow.service.port }, destination, isn };
}

/**
 * Between whom an ICMP error goes: to the sender of the quoted packet, from the one that it was sent to, or from a
 * router on the way, which is what a named host is here.
 */
export function errorEnds(
  config: DirectorConfig,
  flow: Flow,
  error: IcmpError,
  { log, quoted }: { readonly log: FlowLog; readonly quoted: Uint8Array },
): Ends {
  const { host, source, isn } = endsOf(config, flow, error, log);
  const from = error.by === undefined ? long(quoted, 16) : source.address;
  return {
    host,
    source: { address: from, port: 0 },
    destination: { address: long(quoted, 12), port: 0 },
    isn,
  };
}
