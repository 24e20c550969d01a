import { fold, sumWords } from '../../spec/wire/checksum.ts';
import { ETHERTYPE_IPV4 } from '../../spec/wire/ethernet.ts';
import { GRE_CHECKSUM, greHeaderBytes, isWholeGre, parseGre } from '../../spec/wire/gre.ts';
import {
  long,
  PROTOCOL_AH,
  PROTOCOL_ESP,
  PROTOCOL_GRE,
  PROTOCOL_IPIP,
  setLong,
  setWord,
} from '../../spec/wire/ipv4.ts';
import { pattern } from '../play/packet-frame.ts';
import { addressOf, type Casting } from './casting.ts';

/** Longer payloads are for no reader: they are left blank. */
const MOST_DATA_BYTES = 200;

/** A packet of a protocol without ports. */
export interface OtherBytes {
  readonly protocol: number;
  /** Bytes behind the IP header, as the scenario has them. */
  readonly length: number;
  /** Those of them that were captured, from the first on. */
  readonly given: Uint8Array;
}

/**
 * What the packet begins with: its header, and those of a packet inside with the addresses of the cast; all of a short one
 * if payloads are told. Checksums stay right, or wrong. Undefined where all of it is the pattern that is there anyway.
 */
export function otherData(
  { protocol, length, given }: OtherBytes,
  { payloads, casting }: { readonly payloads: boolean; readonly casting: Casting },
): Uint8Array | undefined {
  const kept = payloads && given.length <= MOST_DATA_BYTES ? given.length : headBytes(protocol, given);
  const head = given.slice(0, Math.min(kept, length));
  recastInner(head, innerAt(protocol, given), casting);
  const bytes = pattern(0, length);
  bytes.set(head);
  const at = sumAt(protocol, given, { head: head.length, length });
  if (at !== undefined && given.length >= length) sumUp(bytes, at, sumsUp(given.subarray(0, length)));
  return withoutPattern(bytes);
}

/** Up to what is encrypted, or is the sum of that. */
const HEAD_BYTES: ReadonlyMap<number, number> = new Map([
  [PROTOCOL_ESP, 8],
  [PROTOCOL_AH, 12],
  // With all options; that of PPTP has no more.
  [PROTOCOL_GRE, 16],
]);

const IP_HEADER_BYTES = 20;
/** Ports, and what follows them in any header. */
const PORTS_BYTES = 8;

function headBytes(protocol: number, given: Uint8Array): number {
  const inner = innerAt(protocol, given);
  return inner === undefined ? (HEAD_BYTES.get(protocol) ?? 0) : inner + IP_HEADER_BYTES + PORTS_BYTES;
}

/** Where the header of an IPv4 packet inside begins. */
function innerAt(protocol: number, given: Uint8Array): number | undefined {
  if (protocol === PROTOCOL_IPIP) return 0;
  const gre = protocol === PROTOCOL_GRE && isWholeGre(given) ? parseGre(given) : undefined;
  return gre?.protocol === ETHERTYPE_IPV4 ? greHeaderBytes(gre.flags) : undefined;
}

/** Gives the packet inside the addresses of the cast. */
function recastInner(bytes: Uint8Array, at: number | undefined, casting: Casting): void {
  const header = at === undefined ? NOTHING : bytes.subarray(at, at + IP_HEADER_BYTES);
  if (header.length < IP_HEADER_BYTES || header[0] !== 0x45) return;
  const wasRight = sumsUp(header);
  for (const place of [12, 16]) {
    const address = addressOf(casting, long(header, place));
    setLong(header, place, address);
  }
  if (wasRight) sumUp(header, 10, true);
}

const NOTHING = new Uint8Array(0);

/** Whether there is a right checksum in it. */
const sumsUp = (bytes: Uint8Array): boolean => fold(sumWords(bytes)) === 0;

/**
 * Where the checksum of a whole packet is to be: that of GRE where it says so. Of what has an unknown one, if any, it is
 * behind all that is told. Of IPsec nobody asks, and where there is no room nothing is done.
 */
function sumAt(
  protocol: number,
  given: Uint8Array,
  { head, length }: { head: number; length: number },
): number | undefined {
  if (protocol === PROTOCOL_ESP || protocol === PROTOCOL_AH) return undefined;
  const ofGre =
    protocol === PROTOCOL_GRE && isWholeGre(given) && (parseGre(given)?.flags ?? 0) & GRE_CHECKSUM;
  if (protocol === PROTOCOL_GRE) return ofGre ? 4 : undefined;
  const behind = head + (head & 1);
  const at = behind + 2 <= length ? behind : length - (length & 1) - 2;
  return at < 0 ? undefined : at;
}

/** Changes the word there if the whole sums up otherwise than it shall. */
function sumUp(bytes: Uint8Array, at: number, shall: boolean): void {
  if (sumsUp(bytes) === shall) return;
  setWord(bytes, at, 0);
  const right = fold(sumWords(bytes));
  setWord(bytes, at, shall ? right : right ^ 1);
}

/** Without the end that is as it would be anyway. */
function withoutPattern(bytes: Uint8Array): Uint8Array | undefined {
  const usual = pattern(0, bytes.length);
  const last = bytes.findLastIndex((byte, at) => byte !== usual[at]);
  return last < 0 ? undefined : bytes.slice(0, last + 1);
}
