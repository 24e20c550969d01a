import type { Duplex, Readable } from 'node:stream';
import { chanceOf, type StartStopwatch } from '../../system/stopwatch.ts';
import { ConsoleRing } from './console-ring.ts';
import { Monitor } from './monitor.ts';

/** How QEMU ended, in words. */
export type QemuExit = string;

/** QEMU where it runs: on this machine (local-qemu.ts), or in a container. */
export interface QemuProcess {
  /** Undefined where it is none of this machine's. */
  readonly pid: number | undefined;
  /** What is at the other ends of QEMU_FD. */
  readonly agent: Duplex;
  readonly monitor: Duplex;
  readonly console: Duplex;
  /** Its standard error. */
  readonly complaints: Readable;
  readonly exited: Promise<QemuExit>;
  kill(): void;
}

/** @param inherited open files, which it has under the numbers from QEMU_FD.state on */
export type StartQemu = (
  program: string,
  qemuArguments: readonly string[],
  inherited?: readonly number[],
) => QemuProcess;

/** A running QEMU. */
export class Qemu {
  readonly agent: Duplex;
  readonly monitor: Monitor;
  readonly console = new ConsoleRing();
  /** What QEMU itself complained about. */
  readonly complaints = new ConsoleRing();
  readonly exited: Promise<QemuExit>;
  /** What its deadlines are measured by. */
  readonly chance: StartStopwatch;
  readonly #process: QemuProcess;

  constructor(process: QemuProcess) {
    this.#process = process;
    this.exited = process.exited;
    process.complaints.on('data', (chunk: Buffer) => this.complaints.push(chunk));
    process.console.on('data', (chunk: Buffer) => this.console.push(chunk));
    this.agent = process.agent;
    this.chance = chanceOf(() => this.pid);
    this.monitor = new Monitor(process.monitor, this.chance);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async kill(): Promise<void> {
    this.#process.kill();
    await this.exited;
  }
}
