import type { Exchange } from './exchange.ts';
import { type CapturedPacket, isFragment } from './packet.ts';
import type { Wording } from './packet-items.ts';

/** No header behind that of IP is longer. */
const HEADER_BYTES = 60;

/** Fragments of one identification that do not repeat each other. */
interface Pieces {
  readonly head: Uint8Array;
  readonly known: Set<number>;
  /** Those of the same identification before and after them, which may know what these do not. */
  readonly before: Pieces | undefined;
  after: Pieces | undefined;
}

/** What is known of datagrams of which fragments were seen. */
export class WholeDatagrams {
  readonly #lengths = new Map<string, number>();
  readonly #latest = new Map<string, Pieces>();
  readonly #piecesOf = new Map<CapturedPacket, Pieces>();

  constructor(exchanges: readonly Exchange[]) {
    for (const { packet } of exchanges.filter((one) => isFragment(one.packet))) {
      const key = datagramKey(packet);
      this.#lengths.set(key, Math.max(this.#lengths.get(key) ?? 0, packet.offset + packet.length));
      this.#piecesOf.set(packet, this.#noteIn(key, packet));
    }
  }

  /** Undefined of what is no fragment. */
  of(packet: CapturedPacket): Wording['whole'] {
    const pieces = this.#piecesOf.get(packet);
    return pieces && { length: this.#lengths.get(datagramKey(packet))!, first: headOf(pieces) };
  }

  #noteIn(key: string, { offset, body }: CapturedPacket): Pieces {
    const latest = this.#latest.get(key);
    const isNext = !latest || (latest.known.has(offset) && offset < HEADER_BYTES);
    const pieces: Pieces = isNext
      ? { head: new Uint8Array(HEADER_BYTES), known: new Set(), before: latest, after: undefined }
      : latest;
    if (latest && isNext) latest.after = pieces;
    this.#latest.set(key, pieces);
    for (const [index, byte] of body.subarray(0, Math.max(0, HEADER_BYTES - offset)).entries()) {
      pieces.head[offset + index] = byte;
      pieces.known.add(offset + index);
    }
    return pieces;
  }
}

/** The first bytes, as far as they are known without a gap. */
function headOf(pieces: Pieces): Uint8Array | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < HEADER_BYTES; at++) {
    const one = knowing(pieces, at, 'before') ?? knowing(pieces, at, 'after');
    if (!one) break;
    bytes.push(one.head[at]!);
  }
  return bytes.length === 0 ? undefined : Uint8Array.from(bytes);
}

function knowing(pieces: Pieces, at: number, way: 'before' | 'after'): Pieces | undefined {
  let one: Pieces | undefined = pieces;
  while (one && !one.known.has(at)) one = one[way];
  return one;
}

/** What fragments of one datagram have in common. */
function datagramKey({ source, destination, protocol, id }: CapturedPacket): string {
  return `${source} ${destination} ${protocol} ${id}`;
}
