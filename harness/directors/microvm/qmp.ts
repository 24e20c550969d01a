import type { Duplex } from 'node:stream';

/** QEMU's control channel (docs/interop/qmp-spec): one JSON object a line. We only ever pause and resume. */
export class Qmp {
  readonly #socket: Duplex;

  constructor(socket: Duplex) {
    this.#socket = socket;
    // The answers say nothing that we need, but have to be read, or QEMU stops at a full buffer.
    socket.resume();
    this.#send('qmp_capabilities');
  }

  /** The guest's clock stands still. */
  pause(): void {
    this.#send('stop');
  }

  resume(): void {
    this.#send('cont');
  }

  #send(command: 'qmp_capabilities' | 'stop' | 'cont'): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify({ execute: command })}\n`);
  }
}
