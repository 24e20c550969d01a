import type { Ipv4 } from './address.ts';
import { fold, sumWords } from './checksum.ts';
import { long, PROTOCOL_TCP, pseudoHeaderSum, setLong, setWord, word } from './ipv4.ts';

/** Header bits (RFC 9293, 3.1). */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;

/** Names in iptables' order of printing, least significant bit first. */
export const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;

/** TCP options; `unknown` keeps kind and bytes of what has no name here. */
export type TcpOption =
  | { readonly kind: 'mss'; readonly value: number }
  | { readonly kind: 'wscale'; readonly shift: number }
  | { readonly kind: 'sackOK' }
  /** Absolute sequence numbers [from, to). */
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [number, number])[] }
  | { readonly kind: 'timestamp'; readonly value: number; readonly echo: number }
  | { readonly kind: 'nop' }
  | { readonly kind: 'unknown'; readonly number: number; readonly bytes: Uint8Array };

export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly ack: number;
  /** Eight bits, FIN to CWR. */
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  readonly urgent: number;
  readonly options: readonly TcpOption[];
}

export interface TcpSegment {
  readonly header: TcpHeader;
  readonly payload: Uint8Array;
}

/** Without options. */
export const TCP_HEADER_BYTES = 20;

/** The segment in an IP payload; undefined when the header is cut or its length field makes no sense. */
export function parseTcp(bytes: Uint8Array): TcpSegment | undefined {
  const headerBytes = tcpHeaderBytes(bytes);
  if (headerBytes < TCP_HEADER_BYTES || headerBytes > bytes.length) return undefined;
  return { header: parseTcpHeader(bytes)!, payload: bytes.subarray(headerBytes) };
}

/** The header, even if its options are cut or its length field makes no sense; undefined when it is cut itself. */
export function parseTcpHeader(bytes: Uint8Array): TcpHeader | undefined {
  if (bytes.length < TCP_HEADER_BYTES) return undefined;
  const headerBytes = tcpHeaderBytes(bytes);
  return {
    sourcePort: word(bytes, 0),
    destinationPort: word(bytes, 2),
    seq: long(bytes, 4),
    ack: long(bytes, 8),
    flags: bytes[13]!,
    window: word(bytes, 14),
    checksum: word(bytes, 16),
    urgent: word(bytes, 18),
    options:
      headerBytes <= TCP_HEADER_BYTES ? [] : parseOptions(bytes.subarray(TCP_HEADER_BYTES, headerBytes)),
  };
}

/** What the header says of its own length; 0 where it is cut. */
export function tcpHeaderBytes(bytes: Uint8Array): number {
  return ((bytes[12] ?? 0) >> 4) * 4;
}

/** The segment's bytes with the checksum as it stands in the header; `checksumOf` gives the right one. */
export function printTcp({ header, payload }: TcpSegment): Uint8Array {
  const options = printOptions(header.options);
  const headerBytes = TCP_HEADER_BYTES + options.length;
  const bytes = new Uint8Array(headerBytes + payload.length);
  setWord(bytes, 0, header.sourcePort);
  setWord(bytes, 2, header.destinationPort);
  setLong(bytes, 4, header.seq);
  setLong(bytes, 8, header.ack);
  bytes[12] = (headerBytes / 4) << 4;
  bytes[13] = header.flags;
  setWord(bytes, 14, header.window);
  setWord(bytes, 16, header.checksum);
  setWord(bytes, 18, header.urgent);
  bytes.set(options, TCP_HEADER_BYTES);
  bytes.set(payload, headerBytes);
  return bytes;
}

/** The checksum that these bytes of a TCP segment should carry between the two addresses. */
export function tcpChecksum(segment: Uint8Array, source: Ipv4, destination: Ipv4): number {
  const sum = sumWords(segment) - word(segment, 16);
  return fold(sum + pseudoHeaderSum(source, destination, PROTOCOL_TCP, segment.length));
}

/** Whether the checksum that the bytes carry is right; 0xffff and 0 are the same number to the receiver. */
export function tcpChecksumIsRight(segment: Uint8Array, source: Ipv4, destination: Ipv4): boolean {
  return fold(sumWords(segment) + pseudoHeaderSum(source, destination, PROTOCOL_TCP, segment.length)) === 0;
}

function parseOptions(bytes: Uint8Array): TcpOption[] {
  const options: TcpOption[] = [];
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    if (bytes[at] === 1) {
      options.push({ kind: 'nop' });
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) break;
    options.push(parseOption(bytes[at]!, bytes.slice(at + 2, at + length)));
    at += length;
  }
  return options;
}

function parseOption(number: number, body: Uint8Array): TcpOption {
  if (number === 2 && body.length === 2) return { kind: 'mss', value: word(body, 0) };
  if (number === 3 && body.length === 1) return { kind: 'wscale', shift: body[0]! };
  if (number === 4 && body.length === 0) return { kind: 'sackOK' };
  if (number === 5 && body.length % 8 === 0) {
    const blocks = Array.from(
      { length: body.length / 8 },
      (_, i) => [long(body, i * 8), long(body, i * 8 + 4)] as const,
    );
    return { kind: 'sack', blocks };
  }
  if (number === 8 && body.length === 8)
    return { kind: 'timestamp', value: long(body, 0), echo: long(body, 4) };
  return { kind: 'unknown', number, bytes: body };
}

/** Options one after the other, padded with end-of-list bytes to a multiple of four. */
function printOptions(options: readonly TcpOption[]): Uint8Array {
  const bytes = options.flatMap(optionBytes);
  while (bytes.length % 4 !== 0) bytes.push(0);
  return Uint8Array.from(bytes);
}

function optionBytes(option: TcpOption): number[] {
  switch (option.kind) {
    case 'nop':
      return [1];
    case 'mss':
      return [2, 4, option.value >> 8, option.value & 0xff];
    case 'wscale':
      return [3, 3, option.shift];
    case 'sackOK':
      return [4, 2];
    case 'sack':
      return [5, 2 + option.blocks.length * 8, ...option.blocks.flat().flatMap(longBytes)];
    case 'timestamp':
      return [8, 10, ...longBytes(option.value), ...longBytes(option.echo)];
    case 'unknown':
      return [option.number, option.bytes.length + 2, ...option.bytes];
  }
}

function longBytes(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
