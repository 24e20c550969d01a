import type { Flow, Scenario, Segment } from '../../spec/scenario.ts';
import { printTcp } from '../../spec/wire/tcp.ts';

/** What fits into an Ethernet frame behind the IP header. */
const MOST_TCP_BYTES = 1480;
const MOST_HEADER_BYTES = 60;
const NO_PAYLOAD = new Uint8Array(0);

/** Why the segment could not be sent as it stands. */
export function segmentProblems(segment: Segment, flows: Scenario['flows']): readonly string[] {
  const { flags, window, length, ttl } = segment;
  const header = headerBytes(segment);
  return [
    ...(flows[segment.flow] ? [] : [`no flow ${segment.flow}`]),
    ...(isWithin(flags, 0xff) && isWithin(window, 0xffff) && isWithin(ttl ?? 64, 0xff)
      ? []
      : ['header fields']),
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
