import type { Exchange } from './exchange.ts';
import { type CapturedPacket, isFragment } from './packet.ts';
import type { Wording } from './packet-items.ts';

/** What is known of datagrams of which fragments were seen. Of two with one identification the earlier is meant first. */
export class WholeDatagrams {
  readonly #lengths = new Map<string, number>();
  readonly #first = new Map<string, Uint8Array>();

  constructor(exchanges: readonly Exchange[]) {
    for (const { packet } of exchanges.toReversed().filter((one) => isFragment(one.packet))) {
      const key = datagramKey(packet);
      this.#lengths.set(key, Math.max(this.#lengths.get(key) ?? 0, packet.offset + packet.length));
      this.#noteFirst(packet);
    }
  }

  /** Undefined of what is no fragment. To be asked in the order of the packets. */
  of(packet: CapturedPacket): Wording['whole'] {
    if (!isFragment(packet)) return undefined;
    this.#noteFirst(packet);
    const key = datagramKey(packet);
    return { length: this.#lengths.get(key)!, first: this.#first.get(key) };
  }

  #noteFirst(packet: CapturedPacket): void {
    if (packet.offset === 0) this.#first.set(datagramKey(packet), packet.body);
  }
}

/** What fragments of one datagram have in common. */
function datagramKey({ source, destination, protocol, id }: CapturedPacket): string {
  return `${source} ${destination} ${protocol} ${id}`;
}
