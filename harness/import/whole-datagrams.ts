import type { Exchange } from './exchange.ts';
import { type CapturedPacket, isFragment } from './packet.ts';
import type { Wording } from './packet-items.ts';

/** No header behind that of IP is longer. */
const HEADER_BYTES = 60;
/** A header, and a line that announces something. */
const KNOWN_BYTES = HEADER_BYTES + 200;

/** Fragments of one identification that do not repeat each other. */
interface Pieces {
  /** Bytes behind the IP header, as far as any fragment reaches. */
  reach: number;
  /** The last fragment is among them, so that there are no more bytes than that. */
  ended: boolean;
  readonly head: Uint8Array;
  readonly known: Set<number>;
  /** Those of the same identification before and after them, which may know what these do not. */
  readonly before: Pieces | undefined;
  after: Pieces | undefined;
}

/** What is known of datagrams of which fragments were seen. */
export class WholeDatagrams {
  readonly #latest = new Map<string, Pieces>();
  readonly #piecesOf = new Map<CapturedPacket, Pieces>();

  constructor(exchanges: readonly Exchange[]) {
    for (const { packet } of exchanges.filter((one) => isFragment(one.packet))) {
      this.#piecesOf.set(packet, this.#noteIn(datagramKey(packet), packet));
    }
  }

  /** Undefined of what is no fragment. */
  of(packet: CapturedPacket): Wording['whole'] {
    const pieces = this.#piecesOf.get(packet);
    return pieces && { length: lengthOf(pieces), first: headOf(pieces) };
  }

  #noteIn(key: string, { offset, length, moreFragments, body }: CapturedPacket): Pieces {
    const latest = this.#latest.get(key);
    const isNext = !latest || (latest.known.has(offset) && offset < HEADER_BYTES);
    const pieces: Pieces = isNext
      ? {
          ...{ reach: 0, ended: false, head: new Uint8Array(KNOWN_BYTES), known: new Set() },
          ...{ before: latest, after: undefined },
        }
      : latest;
    if (latest && isNext) latest.after = pieces;
    this.#latest.set(key, pieces);
    pieces.reach = Math.max(pieces.reach, offset + length);
    pieces.ended ||= !moreFragments;
    for (const [index, byte] of body.subarray(0, Math.max(0, KNOWN_BYTES - offset)).entries()) {
      pieces.head[offset + index] = byte;
      pieces.known.add(offset + index);
    }
    return pieces;
  }
}

/** Where no end was seen that of the next one with an end, since fragments may be sent again, or as far as any reach. */
function lengthOf(pieces: Pieces): number {
  const ended = ({ ended }: Pieces) => ended;
  const one = nearest(pieces, 'after', ended) ?? nearest(pieces, 'before', ended);
  if (one) return Math.max(one.reach, pieces.reach);
  let first = pieces;
  while (first.before) first = first.before;
  let reach = 0;
  for (let other: Pieces | undefined = first; other; other = other.after)
    reach = Math.max(reach, other.reach);
  return reach;
}

/** The first bytes, as far as they are known without a gap. */
function headOf(pieces: Pieces): Uint8Array | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < KNOWN_BYTES; at++) {
    const knowing = ({ known }: Pieces) => known.has(at);
    const one = nearest(pieces, 'before', knowing) ?? nearest(pieces, 'after', knowing);
    if (!one) break;
    bytes.push(one.head[at]!);
  }
  return bytes.length === 0 ? undefined : Uint8Array.from(bytes);
}

/** These pieces, or the nearest others of that kind before or after them. */
function nearest(pieces: Pieces, way: 'before' | 'after', is: (one: Pieces) => boolean): Pieces | undefined {
  let one: Pieces | undefined = pieces;
  while (one && !is(one)) one = one[way];
  return one;
}

/** What fragments of one datagram have in common. */
function datagramKey({ source, destination, protocol, id }: CapturedPacket): string {
  return `${source} ${destination} ${protocol} ${id}`;
}
