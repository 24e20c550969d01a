import type { Ipv4 } from './address.ts';
import { fold, sumWords } from './checksum.ts';
import { PROTOCOL_UDP, pseudoHeaderSum, setWord, word } from './ipv4.ts';

/** A UDP datagram (RFC 768). */
export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** As the header says; header included. */
  readonly length: number;
  /** 0: sent without one. */
  readonly checksum: number;
  readonly payload: Uint8Array;
}

export const UDP_HEADER_BYTES = 8;

/** Undefined when the header is cut. Whether its length can be is for the reader to say. */
export function parseUdp(bytes: Uint8Array): UdpDatagram | undefined {
  if (bytes.length < UDP_HEADER_BYTES) return undefined;
  return {
    sourcePort: word(bytes, 0),
    destinationPort: word(bytes, 2),
    length: word(bytes, 4),
    checksum: word(bytes, 6),
    payload: bytes.subarray(UDP_HEADER_BYTES),
  };
}

/** The datagram's bytes, length and checksum as they stand; `udpChecksum` gives the right one. */
export function printUdp(datagram: UdpDatagram): Uint8Array {
  const bytes = new Uint8Array(UDP_HEADER_BYTES + datagram.payload.length);
  setWord(bytes, 0, datagram.sourcePort);
  setWord(bytes, 2, datagram.destinationPort);
  setWord(bytes, 4, datagram.length);
  setWord(bytes, 6, datagram.checksum);
  bytes.set(datagram.payload, UDP_HEADER_BYTES);
  return bytes;
}

/** The checksum that these bytes should carry between the two addresses; 0 is written as 0xffff (CSUM_MANGLED_0). */
export function udpChecksum(bytes: Uint8Array, source: Ipv4, destination: Ipv4): number {
  const sum = sumWords(bytes) - word(bytes, 6);
  return fold(sum + pseudoHeaderSum(source, destination, PROTOCOL_UDP, bytes.length)) || 0xffff;
}

/** Whether the checksum that the bytes carry is right, or there is none. */
export function udpChecksumIsRight(bytes: Uint8Array, source: Ipv4, destination: Ipv4): boolean {
  return word(bytes, 6) === 0 || udpSumsUp(bytes, source, destination);
}

/** The same for a reader who does not know that a checksum of 0 is none. */
export function udpSumsUp(bytes: Uint8Array, source: Ipv4, destination: Ipv4): boolean {
  return fold(sumWords(bytes) + pseudoHeaderSum(source, destination, PROTOCOL_UDP, bytes.length)) === 0;
}
