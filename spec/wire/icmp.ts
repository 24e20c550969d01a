import { fold, sumWords } from './checksum.ts';
import { long, setLong, setWord } from './ipv4.ts';

/** An ICMP message (RFC 792): `info` is the four bytes after the checksum. */
export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  readonly info: number;
  readonly body: Uint8Array;
}

export const ICMP_ECHO_REPLY = 0;
export const ICMP_DEST_UNREACH = 3;
export const ICMP_SOURCE_QUENCH = 4;
export const ICMP_REDIRECT = 5;
export const ICMP_ECHO = 8;
export const ICMP_TIME_EXCEEDED = 11;
export const ICMP_PARAMETER_PROBLEM = 12;

export const ICMP_HEADER_BYTES = 8;

/** Code of ICMP_REDIRECT: this host has a shorter way. */
export const ICMP_REDIR_HOST = 1;

/** Code of ICMP_TIME_EXCEEDED: fragments that did not all come in time. */
export const ICMP_EXC_FRAGTIME = 1;

/** Codes of ICMP_DEST_UNREACH. */
export const ICMP_NET_UNREACH = 0;
export const ICMP_HOST_UNREACH = 1;
export const ICMP_PROT_UNREACH = 2;
export const ICMP_PORT_UNREACH = 3;
export const ICMP_FRAG_NEEDED = 4;
export const ICMP_NET_ANO = 9;
export const ICMP_HOST_ANO = 10;
export const ICMP_PKT_FILTERED = 13;

/** Undefined when the header is cut. The checksum is not looked at: `icmpChecksumIsRight`. */
export function parseIcmp(bytes: Uint8Array): IcmpMessage | undefined {
  if (bytes.length < ICMP_HEADER_BYTES) return undefined;
  return {
    type: bytes[0]!,
    code: bytes[1]!,
    info: long(bytes, 4),
    body: bytes.subarray(ICMP_HEADER_BYTES),
  };
}

/** The message's bytes, checksum computed. */
export function printIcmp(message: IcmpMessage): Uint8Array {
  const bytes = new Uint8Array(ICMP_HEADER_BYTES + message.body.length);
  bytes[0] = message.type;
  bytes[1] = message.code;
  setLong(bytes, 4, message.info);
  bytes.set(message.body, ICMP_HEADER_BYTES);
  setWord(bytes, 2, fold(sumWords(bytes)));
  return bytes;
}

export function icmpChecksumIsRight(bytes: Uint8Array): boolean {
  return fold(sumWords(bytes)) === 0;
}

/** Whether a message reports about another packet, which it quotes (icmp_is_err). */
export function isIcmpError(type: number): boolean {
  return (
    type === ICMP_DEST_UNREACH ||
    type === ICMP_SOURCE_QUENCH ||
    type === ICMP_REDIRECT ||
    type === ICMP_TIME_EXCEEDED ||
    type === ICMP_PARAMETER_PROBLEM
  );
}
