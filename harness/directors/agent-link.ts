import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { type StartStopwatch, wallTime } from '../system/stopwatch.ts';
import { type AgentMessage, decodeMessage } from './agent-protocol.ts';

/** Nothing came in time; or nothing will come any more. */
export type Silence = { readonly kind: 'deadline' } | { readonly kind: 'hung-up' };

/** The agent's messages out of a byte stream, in order, for one reader that waits for each. */
export class AgentLink {
  readonly #stream: Duplex;
  readonly #start: StartStopwatch;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #wake: () => void = () => {};

  /** @param start what its deadlines are measured by */
  constructor(stream: Duplex, start: StartStopwatch = wallTime) {
    this.#stream = stream;
    this.#start = start;
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
    const watch = this.#start();
    for (;;) {
      const message = this.#take();
      if (message) return decodeMessage(message);
      if (this.#ended) return { kind: 'hung-up' };
      const left = deadlineMs - watch();
      if (left > 0) await this.#somethingNew(left);
      else if (!(await this.#unread())) return { kind: 'deadline' };
    }
  }

  /** Whether something came that we had no time to look at, on a busy machine. */
  async #unread(): Promise<boolean> {
    const bytes = this.#bytes;
    await setImmediate();
    return this.#ended || this.#bytes > bytes;
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
