import { PROTOCOL_IPIP, word } from './ipv4.ts';

/** The header of generic UDP encapsulation (draft-ietf-intarea-gue), version 0, that says what is behind it. */
export interface GueHeader {
  /** Bytes, the optional ones included. */
  readonly headerBytes: number;
  /** The IP protocol number of what is inside. */
  readonly protocol: number;
}

/** Without what is optional. */
export const GUE_HEADER_BYTES = 4;

/** Of the first byte: version and the bit of control messages; the rest is the length of what is optional, in words. */
const NO_DATA = 0xe0;

/** Undefined where the header is cut, or is that of a control message or of another version. */
export function parseGue(bytes: Uint8Array): GueHeader | undefined {
  if (bytes.length < GUE_HEADER_BYTES || (bytes[0]! & NO_DATA) !== 0) return undefined;
  return { headerBytes: GUE_HEADER_BYTES + (bytes[0]! & 0x1f) * 4, protocol: bytes[1]! };
}

/** The packet behind the header, of a datagram that any port may have: a whole IPv4 packet, and nothing behind it. */
export function gueInner(datagram: Uint8Array): Uint8Array | undefined {
  const gue = parseGue(datagram);
  if (gue?.protocol !== PROTOCOL_IPIP) return undefined;
  const inner = datagram.subarray(gue.headerBytes);
  const isPacket = inner.length >= 20 && inner[0]! >> 4 === 4 && word(inner, 2) === inner.length;
  return isPacket ? inner : undefined;
}

/** The header of an IPv4 packet, without options, before it. */
export function printGue(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(GUE_HEADER_BYTES + payload.length);
  bytes[1] = PROTOCOL_IPIP;
  bytes.set(payload, GUE_HEADER_BYTES);
  return bytes;
}
