import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

/** How often a guest that is being restored is looked at. */
const POLL_MS = 5;

/**
 * QEMU's monitor, in its mode for people: a command a line. QMP would do as well, but it runs a thread of its
 * own that is woken whenever virtual time jumps, which made idle guests twice as dear.
 */
export class Monitor {
  readonly #socket: Duplex;
  #said = '';
  #heard: () => void = () => {};

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    // What it prints has to be read even when nobody asked, or QEMU stops at a full buffer.
    socket.on('data', (text: string) => {
      this.#said += text;
      this.#heard();
    });
    socket.once('close', () => this.#heard());
  }

  /** The guest's clock stands still. */
  pause(): void {
    this.send('stop');
  }

  resume(): void {
    this.send('cont');
  }

  send(command: string): void {
    this.#said = '';
    if (this.#socket.writable) this.#socket.write(`${command}\n`);
  }

  /** The first group of the first answer of this form; undefined when none comes. */
  async ask(command: string, answer: RegExp, deadlineMs: number): Promise<string | undefined> {
    this.send(command);
    const limit = Date.now() + deadlineMs;
    for (;;) {
      const [, found] = answer.exec(this.#said) ?? [];
      if (found !== undefined) return found;
      if (Date.now() >= limit || this.#socket.destroyed) return undefined;
      await this.#somethingNew(limit - Date.now());
    }
  }

  #somethingNew(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = globalThis.setTimeout(resolve, ms);
      this.#heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What became of a guest that is being restored: "paused" when it is there. */
  async settled(deadlineMs: number): Promise<string> {
    const limit = Date.now() + deadlineMs;
    for (;;) {
      const left = limit - Date.now();
      const status = await this.ask('info status', /VM status: ([^\r\n]*)\r/, Math.max(1, left));
      if (status === undefined) return 'no answer';
      if (!status.includes('inmigrate')) return status;
      await setTimeout(POLL_MS);
    }
  }
}
