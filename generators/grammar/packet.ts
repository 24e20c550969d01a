import type { Flow, PacketItem, Scenario, Segment } from '../../spec/scenario.ts';
import { printTcp } from '../../spec/wire/tcp.ts';

/** What fits into an Ethernet frame behind the IP header. */
const MOST_TCP_BYTES = 1480;
/** Behind the headers of IP and UDP, or of IP and ICMP. */
const MOST_DATAGRAM_BYTES = 1472;
const MOST_HEADER_BYTES = 60;
const NO_PAYLOAD = new Uint8Array(0);

/** Which flows a packet may belong to; ICMP goes along with any. */
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
    ...(isWithin(item.ttl ?? 64, 0xff) ? [] : ['header fields']),
    ...contentProblems(item),
  ];
}

function contentProblems(item: PacketItem): readonly string[] {
  switch (item.kind) {
    case 'segment':
      return segmentProblems(item);
    case 'datagram':
      return isWithin(item.length, MOST_DATAGRAM_BYTES) ? [] : [`${item.length} bytes do not fit`];
    case 'sctp':
      return item.chunks.length > 0 && isWithin(item.tag ?? 0, 0xffffffff) ? [] : ['an SCTP packet'];
    case 'echo':
      return isWithin(item.length, MOST_DATAGRAM_BYTES) && isWithin(item.seq, 0xffff) ? [] : ['a ping'];
    case 'icmp': {
      const fits =
        isWithin(item.quote ?? 0, MOST_DATAGRAM_BYTES) &&
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
    ...(length < 0 || header + length > MOST_TCP_BYTES ? [`${length} bytes do not fit`] : []),
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

function headerBytes({ options }: Segment): number {
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
