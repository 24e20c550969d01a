import { withAddresses } from '../../spec/config/named-text.ts';
import type {
  Datagram,
  Echo,
  IcmpError,
  OtherPacket,
  PacketItem,
  SctpChunks,
  Segment,
} from '../../spec/scenario.ts';
import type { Ipv4, Mac } from '../../spec/wire/address.ts';
import { ETHERTYPE_IPV4, printEthernet } from '../../spec/wire/ethernet.ts';
import { ICMP_ECHO, ICMP_ECHO_REPLY, printIcmp } from '../../spec/wire/icmp.ts';
import {
  PROTOCOL_ICMP,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  parseIpv4Packet,
  printIpv4Packet,
  setWord,
  word,
} from '../../spec/wire/ipv4.ts';
import { bytesOfText } from '../../spec/wire/latin1.ts';
import { printSctp } from '../../spec/wire/sctp.ts';
import { printTcp, tcpChecksum } from '../../spec/wire/tcp.ts';
import { printUdp, UDP_HEADER_BYTES, udpChecksum } from '../../spec/wire/udp.ts';

/** Where a packet really goes: what `bind` found out about its flow. */
export interface Way {
  readonly mac: { readonly source: Mac; readonly destination: Mac };
  readonly source: { readonly address: Ipv4; readonly port: number };
  readonly destination: { readonly address: Ipv4; readonly port: number };
  /** Of the sender and of its peer, see `Flow`. */
  readonly isn: { readonly own: number; readonly peer: number };
  /** Of the flow's pings. */
  readonly echoId: number;
  /** The packet that an ICMP error is about, from its IP header on. */
  readonly quoted: Uint8Array;
}

const DEFAULT_TTL = 64;

/** What Linux quotes at most: 576 bytes without the headers of IP and ICMP. */
const DEFAULT_QUOTE = 576 - 28;

/** XORed into a right checksum it is wrong in eight bits, so it is never the right one's other spelling. */
const WRONG = 0x5555;

const PROTOCOLS = {
  segment: PROTOCOL_TCP,
  datagram: PROTOCOL_UDP,
  sctp: PROTOCOL_SCTP,
  echo: PROTOCOL_ICMP,
  icmp: PROTOCOL_ICMP,
} as const;

/** The whole frame; `ipId` makes frames tell each other apart in a capture, unless the packet names its own. */
export function packetFrame(item: PacketItem, way: Way, ipId: number): Uint8Array {
  const packet = printIpv4Packet({
    header: {
      tos: item.tos ?? 0,
      id: item.id ?? ipId & 0xffff,
      dontFragment: !item.mayFragment,
      moreFragments: item.moreFragments ?? false,
      fragmentOffset: (item.fragment?.offset ?? 0) / 8,
      ttl: item.ttl ?? DEFAULT_TTL,
      protocol: item.kind === 'other' ? item.protocol : PROTOCOLS[item.kind],
      source: way.source.address,
      destination: way.destination.address,
      options: new Uint8Array(0),
    },
    payload: partOf(payloadOf(item, way), item),
  });
  return printEthernet({ ...way.mac, etherType: ETHERTYPE_IPV4 }, packet);
}

/** The bytes of the fragment, if only one is sent; zero where the packet has none. */
function partOf(payload: Uint8Array, { fragment }: PacketItem): Uint8Array {
  if (!fragment) return payload;
  const part = new Uint8Array(fragment.length);
  part.set(payload.subarray(fragment.offset, fragment.offset + fragment.length));
  return part;
}

function payloadOf(item: PacketItem, way: Way): Uint8Array {
  switch (item.kind) {
    case 'segment':
      return tcpBytes(item, way);
    case 'datagram':
      return udpBytes(item, way);
    case 'sctp':
      return sctpBytes(item, way);
    case 'echo':
      return echoBytes(item, way);
    case 'icmp':
      return icmpBytes(item, way);
    case 'other':
      return payloadBytes(item, 0, way.source.address);
  }
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
    payload: payloadBytes(segment, segment.seq, way.source.address),
  });
  const right = tcpChecksum(bytes, way.source.address, way.destination.address);
  setWord(bytes, 16, segment.badChecksum ? right ^ WRONG : right);
  return bytes;
}

function udpBytes(datagram: Datagram, way: Way): Uint8Array {
  const bytes = printUdp({
    sourcePort: way.source.port,
    destinationPort: way.destination.port,
    length: UDP_HEADER_BYTES + datagram.length,
    checksum: 0,
    payload: payloadBytes(datagram, 0, way.source.address),
  });
  if (datagram.noChecksum) return bytes;
  const right = udpChecksum(bytes, way.source.address, way.destination.address);
  setWord(bytes, 6, datagram.badChecksum ? right ^ WRONG : right);
  return bytes;
}

function sctpBytes({ chunks, tag, badChecksum }: SctpChunks, way: Way): Uint8Array {
  const bytes = printSctp({
    sourcePort: way.source.port,
    destinationPort: way.destination.port,
    verificationTag: tag ?? (chunks.includes('INIT') ? 0 : way.isn.peer),
    initiateTag: way.isn.own,
    chunks,
  });
  if (badChecksum) setWord(bytes, 8, word(bytes, 8) ^ WRONG);
  return bytes;
}

function echoBytes(echo: Echo, { echoId }: Way): Uint8Array {
  const type = echo.message === 'request' ? ICMP_ECHO : ICMP_ECHO_REPLY;
  const info = echoId * 0x10000 + echo.seq;
  return spoilt(echo, printIcmp({ type, code: 0, info, body: pattern(0, echo.length) }));
}

function icmpBytes(error: IcmpError, { quoted }: Way): Uint8Array {
  const body = withOffset(quoted, error.quotedOffset).slice(0, error.quote ?? DEFAULT_QUOTE);
  return spoilt(error, printIcmp({ type: error.type, code: error.code, info: error.mtu ?? 0, body }));
}

/** The packet with another fragment offset in its header, whose checksum follows. */
function withOffset(packet: Uint8Array, offset = 0): Uint8Array {
  const read = offset === 0 ? undefined : parseIpv4Packet(packet);
  return read ? printIpv4Packet({ ...read, header: { ...read.header, fragmentOffset: offset } }) : packet;
}

/** An ICMP message, its checksum wrong if it shall be. */
function spoilt({ badChecksum }: PacketItem, message: Uint8Array): Uint8Array {
  if (badChecksum) setWord(message, 2, word(message, 2) ^ WRONG);
  return message;
}

/** The pattern, with what the packet says of its bytes in its place: as data, or as text that its sender wrote. */
function payloadBytes(
  { length, data, ...rest }: Segment | Datagram | OtherPacket,
  seq: number,
  sender: Ipv4,
): Uint8Array {
  const bytes = pattern(seq, length);
  if (data) bytes.set(data.subarray(0, length));
  if ('text' in rest && rest.text !== undefined)
    bytes.set(bytesOfText(withAddresses(rest.text, sender)).subarray(0, length));
  return bytes;
}

/** A byte depends only on its place in the stream: retransmissions are identical and overlaps agree. */
export function pattern(seq: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (seq + index) & 0x7f);
}
