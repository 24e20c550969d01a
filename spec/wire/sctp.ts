import { long, setLong, setWord, word } from './ipv4.ts';

/** The chunks that a scenario may send, and their numbers (RFC 9260, 3.2). */
export const SCTP_CHUNK_TYPES = {
  DATA: 0,
  INIT: 1,
  INIT_ACK: 2,
  SACK: 3,
  HEARTBEAT: 4,
  HEARTBEAT_ACK: 5,
  ABORT: 6,
  SHUTDOWN: 7,
  SHUTDOWN_ACK: 8,
  ERROR: 9,
  COOKIE_ECHO: 10,
  COOKIE_ACK: 11,
  SHUTDOWN_COMPLETE: 14,
} as const;
export type SctpChunkName = keyof typeof SCTP_CHUNK_TYPES;

export const SCTP_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 4;

/** Bytes of each chunk behind its header; those not named have none. INIT's begin with its sender's tag. */
const BODY_BYTES: Partial<Record<SctpChunkName, number>> = {
  DATA: 16,
  INIT: 16,
  INIT_ACK: 16,
  SACK: 12,
  HEARTBEAT: 8,
  HEARTBEAT_ACK: 8,
  SHUTDOWN: 4,
  COOKIE_ECHO: 8,
};

export interface SctpPacket {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Tells the receiver that the packet is of this association: the tag that it chose itself. */
  readonly verificationTag: number;
  /** What INIT and INIT_ACK say: the tag that their sender chose. */
  readonly initiateTag: number;
  readonly chunks: readonly SctpChunkName[];
}

/** The packet's bytes, its checksum right. */
export function printSctp({ chunks, ...packet }: SctpPacket): Uint8Array {
  const sizes = chunks.map((name) => CHUNK_HEADER_BYTES + (BODY_BYTES[name] ?? 0));
  const bytes = new Uint8Array(SCTP_HEADER_BYTES + sizes.reduce((sum, size) => sum + size, 0));
  setWord(bytes, 0, packet.sourcePort);
  setWord(bytes, 2, packet.destinationPort);
  setLong(bytes, 4, packet.verificationTag);
  let at = SCTP_HEADER_BYTES;
  for (const [index, name] of chunks.entries()) {
    bytes[at] = SCTP_CHUNK_TYPES[name];
    setWord(bytes, at + 2, sizes[index]!);
    if (name === 'INIT' || name === 'INIT_ACK') setLong(bytes, at + 4, packet.initiateTag);
    at += sizes[index]!;
  }
  setSctpChecksum(bytes);
  return bytes;
}

/** A chunk where it lies in a packet. */
export interface SctpChunk {
  readonly type: number;
  readonly flags: number;
  /** As its header says; header included, padding not. */
  readonly length: number;
  /** Offset of its header. */
  readonly at: number;
}

/** The chunks in order. A length of 0 leads nowhere: it ends the list. */
export function* sctpChunks(bytes: Uint8Array): Iterable<SctpChunk> {
  for (let at = SCTP_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= bytes.length; ) {
    const length = word(bytes, at + 2);
    yield { type: bytes[at]!, flags: bytes[at + 1]!, length, at };
    if (length === 0) return;
    at += (length + 3) & ~3;
  }
}

export function verificationTag(bytes: Uint8Array): number {
  return long(bytes, 4);
}

/** What an INIT or INIT_ACK chunk says; undefined when it is cut. */
export function initiateTag(bytes: Uint8Array, { at }: SctpChunk): number | undefined {
  return at + CHUNK_HEADER_BYTES + 16 <= bytes.length ? long(bytes, at + CHUNK_HEADER_BYTES) : undefined;
}

export function sctpChecksumIsRight(bytes: Uint8Array): boolean {
  const copy = bytes.slice();
  setSctpChecksum(copy);
  return long(copy, 8) === long(bytes, 8);
}

/** Writes the right checksum: CRC32c, its lowest byte first (RFC 9260, appendix A). It does not cover addresses. */
export function setSctpChecksum(bytes: Uint8Array): void {
  setLong(bytes, 8, 0);
  const crc = crc32c(bytes);
  for (let index = 0; index < 4; index++) bytes[8 + index] = (crc >>> (8 * index)) & 0xff;
}

const CRC32C = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC32C[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}
