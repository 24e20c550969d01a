import type { Duplex } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type StartStopwatch, wallTime } from '../../system/stopwatch.ts';

/** How often a guest that is being restored is looked at. */
const POLL_MS = 5;

/**
 * QEMU's monitor, in its mode for people: a command a line. QMP would do as well, but it runs a thread of its
 * own that is woken whenever virtual time jumps, which made idle guests twice as dear.
 */
export class Monitor {
  readonly #socket: Duplex;
  readonly #start: StartStopwatch;
  #said = '';
  #heard: () => void = () => {};

  /** @param start what its deadlines are measured by */
  constructor(socket: Duplex, start: StartStopwatch = wallTime) {
    this.#socket = socket;
    this.#start = start;
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
    const watch = this.#start();
    for (;;) {
      const [, found] = answer.exec(this.#said) ?? [];
      if (found !== undefined) return found;
      if (this.#socket.destroyed) return undefined;
      const left = deadlineMs - watch();
      if (left > 0) await this.#somethingNew(left);
      else if (!(await this.#unread())) return undefined;
    }
  }

  /** Whether something came that we had no time to look at, on a busy machine. */
  async #unread(): Promise<boolean> {
    const { length } = this.#said;
    await setImmediate();
    return this.#said.length > length;
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
    const watch = this.#start();
    for (;;) {
      const left = deadlineMs - watch();
      const status = await this.ask('info status', /VM status: ([^\r\n]*)\r/, Math.max(1, left));
      if (status === undefined) return 'no answer';
      if (!status.includes('inmigrate')) return status;
      await setTimeout(POLL_MS);
    }
  }
}
