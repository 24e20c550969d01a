import type { Match } from '../config/rules.ts';
import { mtuTowards } from '../ip/path-mtu.ts';
import { type Route, routeOutput } from '../ip/route.ts';
import { ensureWritable, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { replace16 } from '../wire/checksum.ts';
import { setWord, word } from '../wire/ipv4.ts';
import { TCP_HEADER_BYTES } from '../wire/tcp.ts';

/** The MSS option of a segment: asked for (xt_tcpmss.c), and made smaller (xt_TCPMSS.c). */

const OPTION_MSS = 2;
const OPTION_BYTES = 4;
/** What who says nothing is taken to take (RFC 1122). */
const DEFAULT_MSS = 536;
/** IP and TCP headers without options. */
const HEADERS_BYTES = 40;
const LOOPBACK_MTU = 65536;

/** tcpmss_mt: a header that is cut is dropped. */
export function tcpmssMatches(match: Extract<Match, { kind: 'tcpmss' }>, skb: Skb): boolean {
  const { payload } = skb;
  const headerBytes = headerBytesOf(payload);
  if (headerBytes === undefined) {
    skb.hotdrop = true;
    return false;
  }
  const end = headerBytes;
  for (let at = TCP_HEADER_BYTES; at < end; ) {
    if (isMss(payload, at) && end - at >= OPTION_BYTES) {
      const mss = word(payload, at + 2);
      return (mss >= match.first && mss <= match.last) !== match.inverted;
    }
    at += payload[at]! < 2 || at === end - 1 ? 1 : payload[at + 1]! || 1;
  }
  return match.inverted;
}

/** The header's length, if all of it is there. */
function headerBytesOf(payload: Uint8Array): number | undefined {
  if (payload.length < TCP_HEADER_BYTES) return undefined;
  const headerBytes = (payload[12]! >> 4) * 4;
  return headerBytes < TCP_HEADER_BYTES || headerBytes > payload.length ? undefined : headerBytes;
}

function isMss(payload: Uint8Array, at: number): boolean {
  return payload[at] === OPTION_MSS && payload[at + 1] === OPTION_BYTES;
}

/** tcpmss_tg4: never larger than it was; false when the segment is cut and must be dropped. */
export function clampMss(net: Net, skb: Skb, mss: number | undefined): boolean {
  if (skb.header.fragmentOffset !== 0) return true;
  ensureWritable(skb, skb.payload.length);
  const headerBytes = headerBytesOf(skb.payload);
  if (headerBytes === undefined) return false;
  const most = mss ?? fittingMss(net, skb);
  if (most === undefined) return false;
  for (let at = TCP_HEADER_BYTES; at <= headerBytes - OPTION_BYTES; at += optionBytes(skb.payload, at)) {
    if (!isMss(skb.payload, at)) continue;
    if (word(skb.payload, at + 2) > most) skb.payload = withMss(skb.payload, at, most);
    return true;
  }
  const hasRoom = skb.payload.length === headerBytes && headerBytes < 60;
  if (hasRoom) skb.payload = withNewOption(skb.payload, Math.min(most, DEFAULT_MSS));
  return true;
}

/** optlen: what cannot be a length counts as one byte. */
function optionBytes(payload: Uint8Array, at: number): number {
  return payload[at]! <= 1 || payload[at + 1] === 0 ? 1 : payload[at + 1]!;
}

/** What the ways of the segment and of its answer take; undefined when that is nothing at all. */
function fittingMss(net: Net, skb: Skb): number | undefined {
  const mtu = Math.min(
    mtuOf(net, skb.way ?? { kind: 'local' }),
    mtuOf(net, routeOutput(net, skb.header.source)),
  );
  return mtu > HEADERS_BYTES ? mtu - HEADERS_BYTES : undefined;
}

/** dst_mtu; what has no way limits nothing. */
function mtuOf(net: Net, route: Route): number {
  if (route.kind === 'none') return Number.POSITIVE_INFINITY;
  return route.kind === 'local' ? LOOPBACK_MTU : mtuTowards(net, route, 'own');
}

/** The checksum follows as if the option began at an even byte, which it may not. */
function withMss(segment: Uint8Array, at: number, mss: number): Uint8Array {
  const bytes = segment.slice();
  setWord(bytes, 16, replace16(word(bytes, 16), word(bytes, at + 2), mss));
  setWord(bytes, at + 2, mss);
  return bytes;
}

/** A header without the option gets it in front of the others; checksum and length follow. */
function withNewOption(segment: Uint8Array, mss: number): Uint8Array {
  const bytes = new Uint8Array(segment.length + OPTION_BYTES);
  bytes.set(segment.subarray(0, TCP_HEADER_BYTES));
  bytes.set(segment.subarray(TCP_HEADER_BYTES), TCP_HEADER_BYTES + OPTION_BYTES);
  bytes[TCP_HEADER_BYTES] = OPTION_MSS;
  bytes[TCP_HEADER_BYTES + 1] = OPTION_BYTES;
  setWord(bytes, TCP_HEADER_BYTES + 2, mss);
  const before = word(bytes, 12);
  bytes[12] = bytes[12]! + 0x10;
  const changes: readonly (readonly [from: number, to: number])[] = [
    [segment.length, bytes.length],
    [0, word(bytes, TCP_HEADER_BYTES)],
    [0, mss],
    [before, word(bytes, 12)],
  ];
  setWord(
    bytes,
    16,
    changes.reduce((sum, [from, to]) => replace16(sum, from, to), word(bytes, 16)),
  );
  return bytes;
}
