import type { Plan, PlanStep } from '../../harness/play/plan.ts';
import { isOwn, type LinkName } from '../../spec/config/topology.ts';
import type { ConnectionRow, DestRow, Observation } from '../../spec/observation.ts';
import type { Scenario, TimelineItem } from '../../spec/scenario.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { ETHERNET_HEADER_BYTES } from '../../spec/wire/ethernet.ts';
import {
  type Ipv4Header,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  parseIpv4Packet,
  totalLength,
  word,
} from '../../spec/wire/ipv4.ts';

/** One step of a scenario on a director, and what could be seen around it. */
export interface Moment {
  readonly scenario: Scenario;
  readonly item: TimelineItem;
  /** The steps before it. */
  readonly earlier: readonly Moment[];
  readonly before: Observation;
  readonly after: Observation;
  /** What came to the director; undefined for waits and commands, for its own packets, and for what is no IPv4 packet. */
  readonly sent?: Packet;
  /** What left it. */
  readonly left: readonly Packet[];
}

/** A packet as far as sentences speak of it. */
export interface Packet {
  readonly link: LinkName;
  readonly header: Ipv4Header;
  /** Bytes, IP header included. */
  readonly length: number;
  readonly payload: Uint8Array;
  /** Of TCP, UDP and SCTP, where they are there. */
  readonly ports?: { readonly source: number; readonly destination: number };
}

/** Anything that plays a plan step by step. */
export interface Player {
  start(config: Plan['config']): Observation;
  step(step: PlanStep): Observation;
}

/** The moments of a scenario, whose plan is that of the right model. */
export function momentsOf(scenario: Scenario, { config, steps }: Plan, player: Player): readonly Moment[] {
  let before = player.start(config);
  const moments: Moment[] = [];
  for (const [index, step] of steps.entries()) {
    const after = player.step(step);
    const came = step.kind === 'frame' && step.link !== 'director';
    const sent = came ? packetIn(step.link, step.frame) : undefined;
    const left = after.emitted.flatMap(({ link, frame }) => packetIn(link, frame) ?? []);
    const around = { scenario, item: scenario.timeline[index]!, before, after };
    moments.push({ ...around, earlier: moments.slice(), left, ...(sent && { sent }) });
    before = after;
  }
  return moments;
}

const WITH_PORTS: readonly number[] = [PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP];

function packetIn(link: LinkName, frame: Uint8Array): Packet | undefined {
  const packet = parseIpv4Packet(frame, ETHERNET_HEADER_BYTES);
  if (!packet) return undefined;
  const { header, payload } = packet;
  const has = WITH_PORTS.includes(header.protocol) && header.fragmentOffset === 0 && payload.length >= 8;
  const ports = has ? { ports: { source: word(payload, 0), destination: word(payload, 2) } } : {};
  return { link, header, length: totalLength(packet), payload, ...ports };
}

const PROTOCOLS: Readonly<Record<number, string>> = {
  [PROTOCOL_TCP]: 'TCP',
  [PROTOCOL_UDP]: 'UDP',
  [PROTOCOL_SCTP]: 'SCTP',
};

/** The connection of IPVS whose client sent this. Pieces of packets belong to none here. */
export function connectionOf(packet: Packet, { connections }: Observation): ConnectionRow | undefined {
  const { header, ports } = packet;
  if (!ports || header.moreFragments) return undefined;
  return connections.find(
    (row) =>
      row.protocol === PROTOCOLS[header.protocol] &&
      isAt(row.client, row.clientPort, header.source, ports.source) &&
      isAt(row.virtual, row.virtualPort, header.destination, ports.destination),
  );
}

/** The connection of IPVS whose real server sent this. */
export function answeredBy(packet: Packet, { connections }: Observation): ConnectionRow | undefined {
  const { header, ports } = packet;
  if (!ports || header.moreFragments) return undefined;
  return connections.find(
    (row) =>
      row.protocol === PROTOCOLS[header.protocol] &&
      isAt(row.client, row.clientPort, header.destination, ports.destination) &&
      isAt(row.dest, row.destPort, header.source, ports.source),
  );
}

function isAt(address: Ipv4, port: number, otherAddress: Ipv4, otherPort: number): boolean {
  return address === otherAddress && port === otherPort;
}

/** The dest of a connection, by whatever service it has it; undefined when none has it any more. */
export function destOf(row: ConnectionRow, { services }: Observation): DestRow | undefined {
  return services
    .flatMap(({ dests }) => dests)
    .find(({ address, port }) => address === row.dest && (port === row.destPort || port === 0));
}

/** How a connection's packets reach its real server; undefined when that is the director, or not the same for all services. */
export function methodOf(row: ConnectionRow, { scenario, before }: Moment): string | undefined {
  if (isOwn(scenario.director.topology, row.dest)) return undefined;
  const dests = before.services.flatMap((service) => service.dests);
  const methods = dests.flatMap(({ address, forward }) => (address === row.dest ? [forward] : []));
  return new Set(methods).size === 1 ? methods[0] : undefined;
}

export function isSameConnection(one: ConnectionRow, other: ConnectionRow): boolean {
  return (
    one.protocol === other.protocol &&
    isAt(one.client, one.clientPort, other.client, other.clientPort) &&
    isAt(one.virtual, one.virtualPort, other.virtual, other.virtualPort)
  );
}

/** The rules of a chain that this step's packets met, counted from 1. */
export function rulesMet({ before, after }: Moment, table: string, chain: string): readonly number[] {
  return after.counters.flatMap((row, index) => {
    const { rule, packets } = row;
    const met =
      row.table === table && row.chain === chain && packets > (before.counters[index]?.packets ?? 0);
    return met && rule > 0 ? [rule] : [];
  });
}
