import type { Kernel } from '../../../spec/kernel.ts';
import { MachineError } from '../../errors.ts';
import type { InstalledKernel } from '../../kernels/installed-kernel.ts';
import { missingFor } from '../../kernels/missing.ts';
import { observations } from '../../observe/observations.ts';
import type { Plan } from '../../play/plan.ts';
import { agentScenario } from '../agent-scenario.ts';
import type { Director, Played } from '../director.ts';
import type { Guest, GuestResult } from './guest.ts';
import type { GuestSource } from './guest-source.ts';
import { findKernelFault } from './kernel-fault.ts';
import { Turn } from './turn.ts';

/** A kernel, what it cannot do, and where its guests come from. */
export interface MicrovmKernel {
  readonly kernel: Kernel;
  readonly lacks: InstalledKernel['lacks'];
  readonly guests: Pick<GuestSource, 'guest'>;
}

/**
 * Scenarios handed to a guest at once: it never waits for us between them, and its caches are warm for most. Few, since
 * other guests wait for their turn, and we keep the transcripts.
 */
const BATCH = 16;
/** A guest that does not boot is tried again once: some kernels fault at boot under emulation, now and then. */
const BOOT_ATTEMPTS = 2;

/** A stock kernel in QEMU with virtual time. Boots when first asked to play, and again when its guest has died. */
export class MicrovmDirector implements Director {
  readonly name: string;
  readonly kernel: Kernel;
  readonly #microvm: MicrovmKernel;
  #guest: Guest | undefined;

  constructor(name: string, microvm: MicrovmKernel) {
    this.name = name;
    this.kernel = microvm.kernel;
    this.#microvm = microvm;
  }

  /** QEMU's process, while there is one. */
  get guestPid(): number | undefined {
    return this.#guest?.pid;
  }

  refuses(plan: Plan): string | undefined {
    return missingFor(plan, this.#microvm);
  }

  async *play(plans: readonly Plan[]): AsyncGenerator<Played> {
    for (let next = 0; next < plans.length; ) {
      const turn = await Turn.take();
      const guest = await this.#readyIn(turn);
      if ('kind' in guest) {
        for (const _ of plans.slice(next)) yield guest;
        return;
      }
      for await (const result of batchOn(guest, plans.slice(next, next + BATCH), this.kernel.hz, turn)) {
        yield result;
        next += 1;
      }
    }
  }

  async close(): Promise<void> {
    await this.#guest?.close();
    this.#guest = undefined;
  }

  /** A guest that may play; when there can be none, the turn is over. */
  async #readyIn(turn: Turn): Promise<Guest | NotBooted> {
    try {
      const guest = await this.#ready();
      await turn.bind(guest.pid);
      return guest;
    } catch (error) {
      await turn.end();
      return notBooted(error);
    }
  }

  async #ready(): Promise<Guest> {
    if (!this.#guest?.usable) {
      await this.close();
      this.#guest = await this.#boot(BOOT_ATTEMPTS);
    }
    return this.#guest!;
  }

  async #boot(attempts: number): Promise<Guest> {
    try {
      return await this.#checked(await this.#microvm.guests.guest());
    } catch (error) {
      if (attempts > 1 && error instanceof MachineError) return this.#boot(attempts - 1);
      throw error;
    }
  }

  /** Timeouts are compared in jiffies: a guest of another HZ than we believe would be wrong in all of them. */
  async #checked(guest: Guest): Promise<Guest> {
    const { hello } = guest;
    const { release, hz } = this.kernel;
    if (hello.release === release && hello.hz === hz) return guest;
    await guest.close();
    throw new MachineError(
      `${this.name}: booted ${hello.release} at HZ ${hello.hz}, expected ${release} at ${hz}`,
    );
  }
}

/**
 * The turn ends when the guest is done, and not when somebody has taken the last result: who takes them may wait for
 * another guest's, which waits for the turn.
 */
async function* batchOn(
  guest: Guest,
  plans: readonly Plan[],
  hz: number,
  turn: Turn,
): AsyncGenerator<Played> {
  const results = guest.play(plans.map((plan) => agentScenario(plan, hz)));
  const coming = [...plans, 'end'].map(() => results.next());
  const over = Promise.allSettled(coming).then(() => turn.end());
  let taken = 0;
  try {
    for (const plan of plans) {
      const { value, done } = await coming[taken]!;
      if (done) return;
      taken += 1;
      yield played(plan, value, hz);
    }
  } finally {
    // A caller that stops early ends the guest, as it would have by itself.
    if (taken < plans.length) await guest.close();
    await over;
  }
}

type NotBooted = Exclude<Played, { kind: 'played' }>;

/** A kernel that oopses while it boots, or while a module is loaded, is found out as one that does so later. */
function notBooted(error: unknown): NotBooted {
  if (!(error instanceof MachineError)) throw error;
  const { message, console } = error;
  const fault = findKernelFault(console);
  if (!fault) return { kind: 'infra-error', what: message, console };
  const { what, fingerprint } = fault;
  const told = { what: `while booting: ${what}`, fingerprint: `boot ${fingerprint}`, console };
  return { kind: 'crash', ...told, booting: true };
}

function played(plan: Plan, result: GuestResult, hz: number): Played {
  if (result.kind !== 'played') return result;
  try {
    return { kind: 'played', observations: observations(plan, result.transcript, hz) };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return { kind: 'infra-error', what: error.message, console: error.console };
  }
}
