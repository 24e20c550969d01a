import type { Segment } from '../../spec/scenario.ts';
import type { Ipv4, Mac } from '../../spec/wire/address.ts';
import { ETHERTYPE_IPV4, printEthernet } from '../../spec/wire/ethernet.ts';
import { PROTOCOL_TCP, printIpv4Packet, setWord } from '../../spec/wire/ipv4.ts';
import { printTcp, tcpChecksum } from '../../spec/wire/tcp.ts';

/** Where a segment really goes: what `bind` found out about its flow. */
export interface Way {
  readonly mac: { readonly source: Mac; readonly destination: Mac };
  readonly source: { readonly address: Ipv4; readonly port: number };
  readonly destination: { readonly address: Ipv4; readonly port: number };
  /** Of the sender and of its peer, see `Flow`. */
  readonly isn: { readonly own: number; readonly peer: number };
}

const DEFAULT_TTL = 64;

/** XORed into a right checksum it is wrong in eight bits, so it is never the right one's other spelling. */
const WRONG = 0x5555;

/** The whole frame; `ipId` makes frames tell each other apart in a capture. */
export function segmentFrame(segment: Segment, way: Way, ipId: number): Uint8Array {
  const packet = printIpv4Packet({
    header: {
      tos: 0,
      id: ipId & 0xffff,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      ttl: segment.ttl ?? DEFAULT_TTL,
      protocol: PROTOCOL_TCP,
      source: way.source.address,
      destination: way.destination.address,
      options: new Uint8Array(0),
    },
    payload: tcpBytes(segment, way),
  });
  return printEthernet({ ...way.mac, etherType: ETHERTYPE_IPV4 }, packet);
}

function tcpBytes(segment: Segment, way: Way): Uint8Array {
  const bytes = printTcp({
    header: {
      sourcePort: way.source.port,
      destinationPort: way.destination.port,
      seq: (way.isn.own + segment.seq) >>> 0,
      ack: (way.isn.peer + segment.ack) >>> 0,
      flags: segment.flags,
      window: segment.window,
      checksum: 0,
      urgent: 0,
      options: segment.options,
    },
    payload: pattern(segment.seq, segment.length),
  });
  const right = tcpChecksum(bytes, way.source.address, way.destination.address);
  setWord(bytes, 16, segment.badChecksum ? right ^ WRONG : right);
  return bytes;
}

/** A byte depends only on its place in the stream: retransmissions are identical and overlaps agree. */
function pattern(seq: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (seq + index) & 0x7f);
}
