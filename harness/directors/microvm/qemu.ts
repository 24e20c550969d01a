import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { chanceOf, type StartStopwatch } from '../../system/stopwatch.ts';
import { ConsoleRing } from './console-ring.ts';
import { Monitor } from './monitor.ts';
import { QEMU_FD } from './qemu-command.ts';

/** How QEMU ended, in words. */
export type QemuExit = string;

/**
 * A running QEMU. It cannot outlive us: setpriv has the kernel kill it when the thread that started it ends
 * (PR_SET_PDEATHSIG), also after kill -9; and the agent switches the guest off when its link is hung up.
 */
export class Qemu {
  readonly agent: Duplex;
  readonly monitor: Monitor;
  readonly console = new ConsoleRing();
  /** What QEMU itself complained about. */
  readonly complaints = new ConsoleRing();
  readonly exited: Promise<QemuExit>;
  /** What its deadlines are measured by. */
  readonly chance: StartStopwatch;
  readonly #process: ChildProcess;

  /** @param inherited open files, which it has under the numbers from QEMU_FD.state on */
  constructor(program: string, qemuArguments: readonly string[], inherited: readonly number[] = []) {
    const argv = ['--pdeathsig', 'KILL', program, ...qemuArguments];
    this.#process = spawn('setpriv', argv, {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe', ...inherited],
    });
    this.exited = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`setpriv: ${error.message}`));
      this.#process.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    this.#process.stderr!.on('data', (chunk: Buffer) => this.complaints.push(chunk));
    this.#pipe(QEMU_FD.console).on('data', (chunk: Buffer) => this.console.push(chunk));
    this.agent = this.#pipe(QEMU_FD.agent);
    this.chance = chanceOf(() => this.pid);
    this.monitor = new Monitor(this.#pipe(QEMU_FD.monitor), this.chance);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.exited;
  }

  /** Node makes such a pipe as a socket pair, so it carries both ways. A dead QEMU is told by `exited`, not here. */
  #pipe(fd: number): Duplex {
    const pipe = this.#process.stdio[fd] as Duplex;
    pipe.on('error', () => {});
    return pipe;
  }
}
