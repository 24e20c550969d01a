import type { Emitted } from '../../spec/observation.ts';
import { BY_DIRECTOR, type Endpoint, type Flow, type PacketItem } from '../../spec/scenario.ts';
import type { Mac } from '../../spec/wire/address.ts';
import { ETHERNET_HEADER_BYTES, parseEthernet } from '../../spec/wire/ethernet.ts';
import { ICMP_HEADER_BYTES, isIcmpError } from '../../spec/wire/icmp.ts';
import {
  type Ipv4Packet,
  long,
  PROTOCOL_ICMP,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  parseIpv4Packet,
  word,
} from '../../spec/wire/ipv4.ts';
import { innerPacket } from '../../spec/wire/tunnel.ts';

/** Both ends of a flow as its server sees them in the frame that reached it last. */
export interface Arrival {
  readonly mac: Mac;
  readonly server: Endpoint;
  readonly client: Endpoint;
}

type Side = PacketItem['from'];

/** What has happened to one flow so far, as its two ends know it. Packets from their IP header on. */
export interface FlowLog {
  arrival: Arrival | undefined;
  /** The last packet that each side sent, ICMP errors aside. */
  readonly sent: Partial<Record<Side, Uint8Array>>;
  /** The last that reached each side. */
  readonly received: Partial<Record<Side, Uint8Array>>;
}

export function newFlowLog(): FlowLog {
  return { arrival: undefined, sent: {}, received: {} };
}

/**
 * Remembers what became of one packet. What went back to a client's host (a reset, an ICMP error) arrived nowhere,
 * and a packet that somebody else sent says nothing about where this flow's server is, nor does one without ports, whatever
 * may be wrapped in it.
 */
export function noteFrames(
  log: FlowLog,
  item: PacketItem,
  frame: Uint8Array,
  emitted: readonly Emitted[],
): void {
  const sent = readPacket(frame);
  // Only of a first fragment does anybody complain.
  if (sent && !isError(sent) && sent.header.fragmentOffset === 0) log.sent[item.from] = packetBytes(frame);
  const sender = parseEthernet(frame)!.source;
  for (const { frame: out } of emitted) {
    const packet = readPacket(out);
    if (packet?.header.fragmentOffset !== 0) continue;
    const back = parseEthernet(out)!.destination === sender;
    const inner = innerPacket(packet) ?? packet;
    const arrives = !back && speaksForItself(item) && item.from === 'client' && item.kind !== 'other';
    if (arrives && isError(inner)) log.arrival ??= readQuotedArrival(out, inner);
    if (isError(packet)) continue;
    log.received[back ? item.from : otherSide(item.from)] = packetBytes(out);
    if (arrives) log.arrival = readArrival(out, inner) ?? log.arrival;
  }
}

/** Sent by the flow's own end, which may be a program on the director. */
function speaksForItself({ by }: PacketItem): boolean {
  return by === undefined || by === BY_DIRECTOR;
}

/** What an ICMP error of this side would quote; undefined when the other side has not sent anything yet. */
export function quotable(log: FlowLog, side: Side): Uint8Array | undefined {
  return log.received[side] ?? log.sent[otherSide(side)];
}

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** The frame's packet without its link header. */
export function packetBytes(frame: Uint8Array): Uint8Array {
  return frame.subarray(ETHERNET_HEADER_BYTES);
}

function readPacket(frame: Uint8Array): Ipv4Packet | undefined {
  return parseIpv4Packet(packetBytes(frame));
}

/** Nobody complains about a complaint. */
function isError({ header, payload }: Ipv4Packet): boolean {
  return header.protocol === PROTOCOL_ICMP && isIcmpError(payload[0] ?? 0);
}

const PROTOCOLS_WITH_PORTS: readonly number[] = [PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP];

function readArrival(frame: Uint8Array, { header, payload }: Ipv4Packet): Arrival | undefined {
  const hasPorts = PROTOCOLS_WITH_PORTS.includes(header.protocol);
  if (!hasPorts || header.fragmentOffset !== 0 || payload.length < 8) return undefined;
  return {
    mac: parseEthernet(frame)!.destination,
    server: { address: header.destination, port: word(payload, 2) },
    client: { address: header.source, port: word(payload, 0) },
  };
}

/** An error about what a server said: with schedule_icmp it may be the first that reaches one. */
function readQuotedArrival(frame: Uint8Array, { payload }: Ipv4Packet): Arrival | undefined {
  const quoted = payload.subarray(ICMP_HEADER_BYTES);
  const ports = 4 * ((quoted[0] ?? 0) & 15);
  if (quoted.length < Math.max(ports, 20) + 4 || !PROTOCOLS_WITH_PORTS.includes(quoted[9]!)) return undefined;
  return {
    mac: parseEthernet(frame)!.destination,
    server: { address: long(quoted, 12), port: word(quoted, ports) },
    client: { address: long(quoted, 16), port: word(quoted, ports + 2) },
  };
}

/** Who a flow's ends are until the director has said something else. */
export function clientOf(flow: Flow, log: FlowLog): Endpoint {
  return log.arrival?.client ?? flow.client;
}
