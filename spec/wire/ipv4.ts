import type { Ipv4 } from './address.ts';
import { fold, sumWords } from './checksum.ts';

/** An IPv4 header (RFC 791). Options are kept as bytes, a multiple of four. */
export interface Ipv4Header {
  readonly tos: number;
  readonly id: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In units of 8 bytes, as on the wire. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly options: Uint8Array;
}

/** An IPv4 packet; `payload` ends where the total length says. */
export interface Ipv4Packet {
  readonly header: Ipv4Header;
  readonly payload: Uint8Array;
}

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_IGMP = 2;
export const PROTOCOL_IPIP = 4;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_IPV6 = 41;
export const PROTOCOL_GRE = 47;
export const PROTOCOL_ESP = 50;
export const PROTOCOL_AH = 51;
export const PROTOCOL_PIM = 103;
export const PROTOCOL_SCTP = 132;
export const PROTOCOL_MPLS = 137;

const MINIMUM_BYTES = 20;
const NO_OPTIONS = new Uint8Array(0);

/**
 * Reads what ip_rcv_core (net/ipv4/ip_input.c) lets in: version 4, a whole header with a right checksum,
 * a total length that the bytes can hold. Anything else is undefined: the kernel drops it at the door. In a frame it
 * begins with byte `at`.
 */
export function parseIpv4Packet(bytes: Uint8Array, at = 0): Ipv4Packet | undefined {
  const room = bytes.length - at;
  if (room < MINIMUM_BYTES || bytes[at]! >> 4 !== 4) return undefined;
  const headerBytes = (bytes[at]! & 15) * 4;
  const totalLength = word(bytes, at + 2);
  if (headerBytes < MINIMUM_BYTES || totalLength < headerBytes || totalLength > room) return undefined;
  if (fold(sumWords(bytes, at, at + headerBytes)) !== 0) return undefined;
  return {
    header: parseIpv4Header(bytes, at)!,
    payload: bytes.subarray(at + headerBytes, at + totalLength),
  };
}

/** The header alone, as of a packet that an ICMP error quotes: lengths and checksum say nothing. Undefined when cut. */
export function parseIpv4Header(bytes: Uint8Array, at = 0): Ipv4Header | undefined {
  const headerBytes = ((bytes[at] ?? 0) & 15) * 4;
  if (headerBytes < MINIMUM_BYTES || bytes.length - at < headerBytes || bytes[at]! >> 4 !== 4)
    return undefined;
  const fragment = word(bytes, at + 6);
  return {
    tos: bytes[at + 1]!,
    id: word(bytes, at + 4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: fragment & 0x1fff,
    ttl: bytes[at + 8]!,
    protocol: bytes[at + 9]!,
    source: long(bytes, at + 12),
    destination: long(bytes, at + 16),
    options: headerBytes === MINIMUM_BYTES ? NO_OPTIONS : bytes.slice(at + MINIMUM_BYTES, at + headerBytes),
  };
}

/** The header with some fields other. Written out, so that all headers have one shape. */
export function changedHeader(header: Ipv4Header, change: Partial<Ipv4Header>): Ipv4Header {
  return {
    tos: change.tos ?? header.tos,
    id: change.id ?? header.id,
    dontFragment: change.dontFragment ?? header.dontFragment,
    moreFragments: change.moreFragments ?? header.moreFragments,
    fragmentOffset: change.fragmentOffset ?? header.fragmentOffset,
    ttl: change.ttl ?? header.ttl,
    protocol: change.protocol ?? header.protocol,
    source: change.source ?? header.source,
    destination: change.destination ?? header.destination,
    options: change.options ?? header.options,
  };
}

/** The packet's bytes, with total length and header checksum computed. */
export function printIpv4Packet(packet: Ipv4Packet): Uint8Array {
  const bytes = new Uint8Array(totalLength(packet));
  writeIpv4Packet(bytes, 0, packet);
  return bytes;
}

/** The same, into a frame that has room for it from byte `at` on, and is zero there. */
export function writeIpv4Packet(bytes: Uint8Array, at: number, packet: Ipv4Packet): void {
  const { header, payload } = packet;
  const headerBytes = MINIMUM_BYTES + header.options.length;
  bytes[at] = 0x40 | (headerBytes / 4);
  bytes[at + 1] = header.tos;
  setWord(bytes, at + 2, totalLength(packet));
  setWord(bytes, at + 4, header.id);
  setWord(
    bytes,
    at + 6,
    (header.dontFragment ? 0x4000 : 0) | (header.moreFragments ? 0x2000 : 0) | header.fragmentOffset,
  );
  bytes[at + 8] = header.ttl;
  bytes[at + 9] = header.protocol;
  setLong(bytes, at + 12, header.source);
  setLong(bytes, at + 16, header.destination);
  if (header.options.length > 0) bytes.set(header.options, at + MINIMUM_BYTES);
  setWord(bytes, at + 10, fold(sumWords(bytes, at, at + headerBytes)));
  bytes.set(payload, at + headerBytes);
}

/** The pseudo header's contribution to a TCP or UDP checksum, unfolded. */
export function pseudoHeaderSum(source: Ipv4, destination: Ipv4, protocol: number, length: number): number {
  return (
    (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + protocol + length
  );
}

/** The length of the whole packet in bytes. */
export function totalLength(packet: Ipv4Packet): number {
  return MINIMUM_BYTES + packet.header.options.length + packet.payload.length;
}

/** A big-endian 16-bit word. */
export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** The number, or address, in those four bytes. */
export function long(bytes: Uint8Array, at: number): number {
  return word(bytes, at) * 0x10000 + word(bytes, at + 2);
}

export function setWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value >>> 8) & 0xff;
  bytes[at + 1] = value & 0xff;
}

export function setLong(bytes: Uint8Array, at: number, value: number): void {
  setWord(bytes, at, value >>> 16);
  setWord(bytes, at + 2, value & 0xffff);
}
