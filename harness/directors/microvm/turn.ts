import { execFile } from 'node:child_process';
import { leastPinned, ownProcessors } from '../../system/least-pinned.ts';

/** As /proc/PID/comm has it, cut after 15 characters. */
const QEMU_COMM = 'qemu-system-x86';

/**
 * The right to play on one processor, and the duty to leave the others alone.
 *
 * As many guests play as there are processors: a guest computes without a pause, and eleven that share a processor
 * push each other's translated code out of its caches, so that each scenario costs more than twice as much.
 *
 * And each stays on its own: whenever it sleeps, QEMU's processor thread hands over to its main loop, which makes the
 * time jump, and gets the word back. On one processor that is a switch; on two it is a sleeping one that has to be
 * woken, which costs more than all that the guest computes.
 */
export class Turn {
  static readonly #all = ownProcessors();
  static readonly #free = new Set(Turn.#all);
  static readonly #waiting: ((processor: number) => void)[] = [];

  readonly #processor: number;
  #bound: number | undefined;

  private constructor(processor: number) {
    this.#processor = processor;
  }

  /** Whoever asked first has it first. */
  static async take(): Promise<Turn> {
    const processor = leastPinned(QEMU_COMM, [...Turn.#free]);
    if (processor === undefined) return new Turn(await new Promise((resolve) => Turn.#waiting.push(resolve)));
    Turn.#free.delete(processor);
    return new Turn(processor);
  }

  /** Where QEMU is none of this machine's (undefined), whoever runs it sees to that. */
  async bind(pid: number | undefined): Promise<void> {
    this.#bound = pid;
    await allow(pid, [this.#processor]);
  }

  /** A guest that stands still is bound to nothing, so that nobody counts it. */
  async end(): Promise<void> {
    await allow(this.#bound, Turn.#all);
    const next = Turn.#waiting.shift();
    if (next) next(this.#processor);
    else Turn.#free.add(this.#processor);
  }
}

/** A process that has ended, and a machine without taskset, are no reason not to go on. */
function allow(pid: number | undefined, processors: readonly number[]): Promise<void> {
  if (pid === undefined) return Promise.resolve();
  const all = ['--all-tasks', '--pid', '--cpu-list', processors.join(','), String(pid)];
  return new Promise((resolve) => execFile('taskset', all, () => resolve()));
}
