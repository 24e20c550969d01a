import { Duplex } from 'node:stream';

/** Number of a socket, length: what stands in front of each piece (relay/relay.c). */
const HEAD_BYTES = 5;

/** One stream that carries several: the other end of relay/relay.c. */
export class Pieces {
  readonly #channels = new Map<number, Duplex>();
  readonly #stream: Promise<Duplex>;
  #rest: Buffer = Buffer.alloc(0);

  /** What is written before there is a stream waits for it. One that never comes ends all channels. */
  constructor(stream: Promise<Duplex>) {
    this.#stream = stream;
    stream.then(
      (open) => {
        open.on('data', (chunk: Buffer) => this.#take(chunk));
        open.once('close', () => this.#end());
        open.once('end', () => this.#end());
      },
      () => this.#end(),
    );
  }

  channel(number: number): Duplex {
    const channel = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _, done) => void this.#send(number, chunk).then(() => done(), done),
    });
    // Whether it ended is told by the process, not here.
    channel.on('error', () => {});
    this.#channels.set(number, channel);
    return channel;
  }

  async #send(number: number, chunk: Buffer): Promise<void> {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(number);
    head.writeUInt32LE(chunk.length, 1);
    (await this.#stream).write(Buffer.concat([head, chunk]));
  }

  #take(chunk: Buffer): void {
    let all = Buffer.concat([this.#rest, chunk]);
    while (all.length >= HEAD_BYTES && all.length >= HEAD_BYTES + all.readUInt32LE(1)) {
      const end = HEAD_BYTES + all.readUInt32LE(1);
      this.#channels.get(all.readUInt8())?.push(all.subarray(HEAD_BYTES, end));
      all = all.subarray(end);
    }
    this.#rest = all;
  }

  #end(): void {
    for (const channel of this.#channels.values()) channel.push(null);
  }
}
