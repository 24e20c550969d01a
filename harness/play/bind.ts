import type { DirectorConfig } from '../../spec/config/director-config.ts';
import type { Host, Link, Topology } from '../../spec/config/topology.ts';
import type { Emitted } from '../../spec/observation.ts';
import type { Endpoint, Flow, Scenario, Segment } from '../../spec/scenario.ts';
import { type Ipv4, type Mac, prefixMask } from '../../spec/wire/address.ts';
import { ETHERNET_HEADER_BYTES, parseEthernet } from '../../spec/wire/ethernet.ts';
import { PROTOCOL_TCP, parseIpv4Packet } from '../../spec/wire/ipv4.ts';
import { parseTcp } from '../../spec/wire/tcp.ts';
import { InputError } from '../errors.ts';
import type { Lead } from './lead.ts';
import type { Plan, PlanStep } from './plan.ts';
import { segmentFrame, type Way } from './segment-frame.ts';

/** Both ends of a flow as its server sees them in the frame that reached it last. */
interface Arrival {
  readonly mac: Mac;
  readonly server: Endpoint;
  readonly client: Endpoint;
}

type Arrivals = Map<string, Arrival>;

/**
 * Turns flow-relative items into concrete frames, by playing them on the lead (DESIGN 2): a real server answers
 * from where the lead's frame reached it. Step i of the plan is item i of the timeline.
 */
export function bind(scenario: Scenario, lead: Lead): Plan {
  const arrivals: Arrivals = new Map();
  lead.start(scenario.director);
  const steps = scenario.timeline.map((item, index): PlanStep => {
    if (item.kind === 'segment') return bindSegment(scenario, item, index, { lead, arrivals });
    const step: PlanStep = item.kind === 'do' ? { kind: 'command', command: item.command } : item;
    lead.step(step);
    return step;
  });
  return { config: scenario.director, steps };
}

interface Play {
  readonly lead: Lead;
  readonly arrivals: Arrivals;
}

function bindSegment(
  scenario: Scenario,
  segment: Segment,
  index: number,
  { lead, arrivals }: Play,
): PlanStep {
  const step = frameStep(scenario, segment, index, arrivals);
  const { emitted } = lead.step(step);
  noteArrival(arrivals, segment, step.frame, emitted);
  return step;
}

type FrameStep = Extract<PlanStep, { kind: 'frame' }>;

function frameStep(scenario: Scenario, segment: Segment, index: number, arrivals: Arrivals): FrameStep {
  const flow = scenario.flows[segment.flow];
  if (!flow)
    throw new InputError(
      `step ${index + 1} names the flow ${segment.flow}, which the scenario does not have`,
    );
  const { topology } = scenario.director;
  const { host, ...ends } =
    segment.from === 'client'
      ? clientEnds(topology, flow, segment)
      : serverEnds(scenario.director, flow, segment, arrivals.get(segment.flow));
  const link = topology.links.find(({ name }) => name === host.link)!;
  const way: Way = { ...ends, mac: { source: host.mac, destination: link.mac } };
  return { kind: 'frame', link: host.link, frame: segmentFrame(segment, way, index + 1) };
}

type Ends = Omit<Way, 'mac'> & { readonly host: Pick<Host, 'link' | 'mac'> };

function clientEnds(topology: Topology, flow: Flow, { by }: Segment): Ends {
  const isn = { own: flow.isn.client, peer: flow.isn.server };
  if (by === undefined)
    return {
      host: hostAt(topology, flow.client.address),
      source: flow.client,
      destination: flow.service,
      isn,
    };
  const host = hostNamed(topology, by);
  return { host, source: { ...flow.client, address: host.address }, destination: flow.service, isn };
}

/** Before anything reached a server, the service itself answers if it is a host, else the first real server. */
function serverEnds(config: DirectorConfig, flow: Flow, { by }: Segment, arrival: Arrival | undefined): Ends {
  const { topology } = config;
  const isn = { own: flow.isn.server, peer: flow.isn.client };
  const destination = arrival?.client ?? flow.client;
  if (by !== undefined) {
    const host = hostNamed(topology, by);
    return {
      host,
      source: { address: host.address, port: (arrival?.server ?? flow.service).port },
      destination,
      isn,
    };
  }
  if (arrival) return { host: hostWithMac(topology, arrival), source: arrival.server, destination, isn };
  const host =
    topology.hosts.find(({ address }) => address === flow.service.address) ?? firstServer(topology, flow);
  return { host, source: { address: host.address, port: flow.service.port }, destination, isn };
}

/** The first host on the other side of the director than the client. */
function firstServer(topology: Topology, flow: Flow): Host {
  const near = hostAt(topology, flow.client.address).link;
  const far = topology.hosts.find(({ link }) => link !== near);
  if (!far) throw new InputError('the topology has no host beyond the director that could answer');
  return far;
}

function hostNamed(topology: Topology, name: string): Host {
  const host = topology.hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  throw new InputError(
    `by: ${name} is no host; the hosts are ${topology.hosts.map((h) => h.name).join(', ')}`,
  );
}

/** An address that no host owns (spoofed on purpose) is sent by a host of the network that it claims to be in. */
function hostAt(topology: Topology, address: Ipv4): Pick<Host, 'link' | 'mac'> {
  const owner = topology.hosts.find((host) => host.address === address);
  if (owner) return owner;
  const link = topology.links.find((candidate) => covers(candidate, address)) ?? topology.links[0]!;
  return topology.hosts.find((host) => host.link === link.name) ?? { link: link.name, mac: '020000000001' };
}

function covers(link: Link, address: Ipv4): boolean {
  const mask = prefixMask(link.prefixLength);
  return (link.address & mask) === (address & mask);
}

function hostWithMac(topology: Topology, { mac, server }: Arrival): Pick<Host, 'link' | 'mac'> {
  return topology.hosts.find((host) => host.mac === mac) ?? hostAt(topology, server.address);
}

/**
 * Remembers where a client's segment arrived. What went back to the sender (a reset, an ICMP error) arrived
 * nowhere, and a segment that somebody else sent says nothing about this flow.
 */
function noteArrival(
  arrivals: Arrivals,
  segment: Segment,
  sent: Uint8Array,
  emitted: readonly Emitted[],
): void {
  if (segment.from !== 'client' || segment.by !== undefined) return;
  const sender = parseEthernet(sent)?.source;
  for (const { frame } of emitted) {
    const arrival = readArrival(frame);
    if (arrival && arrival.mac !== sender) arrivals.set(segment.flow, arrival);
  }
}

function readArrival(frame: Uint8Array): Arrival | undefined {
  const packet = parseIpv4Packet(frame.subarray(ETHERNET_HEADER_BYTES));
  if (packet?.header.protocol !== PROTOCOL_TCP) return undefined;
  const segment = parseTcp(packet.payload);
  if (!segment) return undefined;
  return {
    mac: parseEthernet(frame)!.destination,
    server: { address: packet.header.destination, port: segment.header.destinationPort },
    client: { address: packet.header.source, port: segment.header.sourcePort },
  };
}
