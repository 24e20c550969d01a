import type { Duplex } from 'node:stream';

/**
 * QEMU's monitor, in its mode for people: a command a line. QMP would do as well, but it runs a thread of its
 * own that is woken whenever virtual time jumps, which made idle guests twice as dear.
 */
export class Monitor {
  readonly #socket: Duplex;

  constructor(socket: Duplex) {
    this.#socket = socket;
    // What it prints says nothing that we need, but has to be read, or QEMU stops at a full buffer.
    socket.resume();
  }

  /** The guest's clock stands still. */
  pause(): void {
    this.#send('stop');
  }

  resume(): void {
    this.#send('cont');
  }

  #send(command: 'stop' | 'cont'): void {
    if (this.#socket.writable) this.#socket.write(`${command}\n`);
  }
}
