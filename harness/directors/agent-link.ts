import type { Duplex } from 'node:stream';
import { type AgentMessage, decodeMessage } from './agent-protocol.ts';

/** Nothing came in time; or nothing will come any more. */
export type Silence = { readonly kind: 'deadline' } | { readonly kind: 'hung-up' };

/** The agent's messages out of a byte stream, in order, for one reader that waits for each. */
export class AgentLink {
  readonly #stream: Duplex;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #wake: () => void = () => {};

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    stream.once('end', end).once('close', end).once('error', end);
  }

  send(message: Buffer): void {
    if (this.#stream.writable) this.#stream.write(message);
  }

  /** @throws MachineError when what came is no message of the protocol */
  async receive(deadlineMs: number): Promise<AgentMessage | Silence> {
    const limit = Date.now() + deadlineMs;
    for (;;) {
      const message = this.#take();
      if (message) return decodeMessage(message);
      if (this.#ended) return { kind: 'hung-up' };
      if (Date.now() >= limit) return { kind: 'deadline' };
      await this.#somethingNew(limit - Date.now());
    }
  }

  #somethingNew(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The next whole message without its length, if it is there. */
  #take(): Buffer | undefined {
    if (this.#bytes < 4) return undefined;
    if (this.#chunks[0]!.length < 4) this.#join();
    const length = 4 + this.#chunks[0]!.readUInt32LE();
    if (this.#bytes < length) return undefined;
    this.#join();
    const all = this.#chunks[0]!;
    this.#chunks = all.length > length ? [all.subarray(length)] : [];
    this.#bytes -= length;
    return all.subarray(4, length);
  }

  #join(): void {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
  }
}
