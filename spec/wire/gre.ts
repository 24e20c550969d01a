import { fold, sumWords } from './checksum.ts';
import { setWord, word } from './ipv4.ts';

/** GRE without keys, numbers or routes (RFC 2784), as far as tunnels of IPv4 need it. */
export interface GreHeader {
  /** The first two bytes; with anything but `GRE_CHECKSUM` in them there are fields that are not here. */
  readonly flags: number;
  /** The EtherType of what is inside. */
  readonly protocol: number;
}

/** Bit C of the flags: four more bytes, the checksum among them, follow. */
export const GRE_CHECKSUM = 0x8000;

/** Bits of the flags that say which GRE it is: 0, or 1 of PPTP (RFC 2637). */
export const GRE_VERSION = 0x0007;
/** What GRE of PPTP carries. */
export const ETHERTYPE_PPP = 0x880b;

/** Undefined when the header is cut. */
export function parseGre(bytes: Uint8Array): GreHeader | undefined {
  return bytes.length < 4 ? undefined : { flags: word(bytes, 0), protocol: word(bytes, 2) };
}

/** Bits of the flags: routes (RFC 1701), which Linux does not know; key and number. */
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;

/** Whether the header is one that Linux reads, and all of it is there (net/ipv4/gre_demux.c, gre_parse_header). */
export function isWholeGre(bytes: Uint8Array): boolean {
  const flags = parseGre(bytes)?.flags;
  if (flags === undefined || (flags & (GRE_ROUTING | GRE_VERSION)) !== 0) return false;
  return bytes.length >= greHeaderBytes(flags);
}

/** gre_calc_hlen */
export function greHeaderBytes(flags: number): number {
  return 4 + 4 * [GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE].filter((bit) => (flags & bit) !== 0).length;
}

/** The header before its payload, checksum computed if there shall be one. */
export function printGre({ flags, protocol }: GreHeader, payload: Uint8Array): Uint8Array {
  const headerBytes = greHeaderBytes(flags);
  const bytes = new Uint8Array(headerBytes + payload.length);
  setWord(bytes, 0, flags);
  setWord(bytes, 2, protocol);
  bytes.set(payload, headerBytes);
  if (flags & GRE_CHECKSUM) setWord(bytes, 4, fold(sumWords(bytes)));
  return bytes;
}
