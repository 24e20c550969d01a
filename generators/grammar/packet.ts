import { BY_DIRECTOR, type Flow, type PacketItem, type Scenario, type Segment } from '../../spec/scenario.ts';
import { NOT_OTHER } from '../../spec/wire/ip-protocols.ts';
import { printTcp } from '../../spec/wire/tcp.ts';

/** What fits into an Ethernet frame behind the IP header, and into a packet that leaves in fragments. */
const FRAME_BYTES = 1480;
const PACKET_BYTES = 65_515;
/** The headers of UDP and of ICMP. */
const SHORT_HEADER_BYTES = 8;
/** Where the last fragment can begin. */
const LAST_OFFSET = 65_528;
const MOST_HEADER_BYTES = 60;
const NO_PAYLOAD = new Uint8Array(0);

/** Which flows a packet may belong to; ICMP and others go along with any. */
const PROTOCOL: Partial<Record<PacketItem['kind'], Flow['protocol']>> = {
  segment: 'tcp',
  datagram: 'udp',
  sctp: 'sctp',
};

/** Why the packet could not be sent as it stands. */
export function packetProblems(item: PacketItem, flows: Scenario['flows']): readonly string[] {
  const flow = flows[item.flow];
  const protocol = PROTOCOL[item.kind];
  return [
    ...(flow ? [] : [`no flow ${item.flow}`]),
    ...(flow && protocol && flow.protocol !== protocol ? [`${item.kind} on a flow of ${flow.protocol}`] : []),
    ...(isWithin(item.ttl ?? 64, 0xff) && isWithin(item.tos ?? 0, 0xff) && isWithin(item.id ?? 0, 0xffff)
      ? []
      : ['header fields']),
    ...(item.by === BY_DIRECTOR && item.via !== undefined ? ['a wire for what comes by none'] : []),
    ...(isFragment(item.fragment) ? [] : ['no fragment of a packet']),
    ...contentProblems(item),
    ...('data' in item && item.data && item.data.length > item.length ? ['more data than bytes'] : []),
  ];
}

function isFragment(fragment: PacketItem['fragment']): boolean {
  if (!fragment) return true;
  const { offset, length } = fragment;
  return offset % 8 === 0 && isWithin(offset, LAST_OFFSET) && isWithin(length, FRAME_BYTES);
}

/** What the whole packet may hold behind its IP header. */
function room({ fragment }: PacketItem): number {
  return fragment ? PACKET_BYTES : FRAME_BYTES;
}

function contentProblems(item: PacketItem): readonly string[] {
  switch (item.kind) {
    case 'segment':
      return segmentProblems(item);
    case 'datagram':
      return isWithin(item.length, room(item) - SHORT_HEADER_BYTES)
        ? []
        : [`${item.length} bytes do not fit`];
    case 'sctp':
      return item.chunks.length > 0 && isWithin(item.tag ?? 0, 0xffffffff) ? [] : ['an SCTP packet'];
    case 'echo': {
      const fits = isWithin(item.length, room(item) - SHORT_HEADER_BYTES);
      return fits && isWithin(item.seq, 0xffff) ? [] : ['a ping'];
    }
    case 'other': {
      const known = !NOT_OTHER.has(item.protocol) && isWithin(item.protocol, 0xff);
      return known && isWithin(item.length, room(item)) ? [] : ['a packet of another protocol'];
    }
    case 'icmp': {
      const fits =
        isWithin(item.quote ?? 0, FRAME_BYTES - SHORT_HEADER_BYTES) &&
        isWithin(item.mtu ?? 0, 0xffff) &&
        isWithin(item.quotedOffset ?? 0, 0x1fff);
      return fits && isWithin(item.type, 0xff) && isWithin(item.code, 0xff) ? [] : ['an ICMP error'];
    }
  }
}

function segmentProblems(segment: Segment): readonly string[] {
  const { flags, window, length } = segment;
  const header = headerBytes(segment);
  return [
    ...(isWithin(flags, 0xff) && isWithin(window, 0xffff) ? [] : ['header fields']),
    ...(Number.isSafeInteger(segment.seq) && Number.isSafeInteger(segment.ack) ? [] : ['sequence numbers']),
    ...(header > MOST_HEADER_BYTES ? ['more options than a header holds'] : []),
    ...(length < 0 || header + length > room(segment) ? [`${length} bytes do not fit`] : []),
  ];
}

export function flowProblems({ isn, client, service }: Flow): readonly string[] {
  const isns = isWithin(isn.client, 0xffffffff) && isWithin(isn.server, 0xffffffff);
  const ports = isWithin(client.port, 0xffff) && isWithin(service.port, 0xffff);
  return isns && ports ? [] : ['a flow beyond its bits'];
}

function isWithin(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/** The segment's header with its options. */
export function headerBytes({ options }: Segment): number {
  const header = {
    sourcePort: 0,
    destinationPort: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    window: 0,
    checksum: 0,
    urgent: 0,
  };
  return printTcp({ header: { ...header, options }, payload: NO_PAYLOAD }).length;
}
