import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { MachineError } from '../../errors.ts';
import { passed } from '../../system/stopwatch.ts';
import { AgentLink, type Silence } from '../agent-link.ts';
import {
  type AgentMessage,
  type AgentScenario,
  decodeTranscript,
  encodeScenario,
  type Hello,
  type ScenarioTranscript,
} from '../agent-protocol.ts';
import { findKernelFault, interruptedAt } from './kernel-fault.ts';
import { Qemu, type StartQemu } from './qemu.ts';
import {
  type BootFiles,
  bootArguments,
  machineArguments,
  type QemuMachine,
  restoreArguments,
} from './qemu-command.ts';
import { whereabouts } from './whereabouts.ts';
import { writeState } from './write-state.ts';

/** What a guest needs besides something to start from. */
export interface GuestSettings extends QemuMachine {
  /** QEMU's path, where it runs. */
  readonly program: string;
  readonly start: StartQemu;
  /** Of the time that QEMU had its chance in (system/stopwatch.ts). Generous: they tell a dead guest from a slow one. */
  readonly bootDeadlineMs: number;
  /** Of a scenario that does not wait; what it waits is added, at the slowest pace of virtual time. */
  readonly scenarioDeadlineMs: number;
  readonly restoreDeadlineMs: number;
}

export interface GuestOptions extends GuestSettings, BootFiles {}

/** A saved guest: what QEMU needs, and what the agent said when it was new. */
export interface Snapshot {
  readonly statePath: string;
  readonly hello: Hello;
}

/** What became of one scenario in a guest. After anything but `played` the guest is no longer usable. */
export type GuestResult =
  | { readonly kind: 'played'; readonly transcript: ScenarioTranscript }
  | { readonly kind: 'crash'; readonly what: string; readonly fingerprint: string; readonly console: string }
  | { readonly kind: 'infra-error'; readonly what: string; readonly console: string };

/** The monitor is QEMU's own: it answers whatever the guest does. */
const MONITOR_DEADLINE_MS = 5000;

/** Virtual seconds of waiting that pass in one of ours, at least. */
const SLOWEST_PACE = 60;

/** Plenty for a panic's last words. */
const MOMENT_MS = 2000;

/** What is said of a silent guest whose kernel is not to blame, or not known to be. */
const SILENT = {
  idle: 'it has nothing to do, so its agent waits for something that never comes',
  program: 'a program in it never ends',
  unknown: 'QEMU does not answer either',
} as const;

type Failure = Exclude<GuestResult, { kind: 'played' }>;

/** A booted microVM whose agent has said hello. It stands still while nothing is being played. */
export class Guest {
  readonly hello: Hello;
  readonly #qemu: Qemu;
  readonly #link: AgentLink;
  readonly #settings: GuestSettings;
  #lastId = 0;
  #usable = true;
  /** Where the console's new part begins: faults before it were judged already. */
  #judged = 0;

  private constructor(hello: Hello, qemu: Qemu, link: AgentLink, settings: GuestSettings) {
    this.hello = hello;
    this.#qemu = qemu;
    this.#link = link;
    this.#settings = settings;
    this.#judged = qemu.console.total;
  }

  /** @throws MachineError with the console when no agent says hello in time */
  static async boot(options: GuestOptions): Promise<Guest> {
    const argv = [...machineArguments(options), ...bootArguments(options)];
    const qemu = new Qemu(options.start(options.program, argv));
    const link = new AgentLink(qemu.agent, qemu.chance);
    const first = await link.receive(options.bootDeadlineMs).catch((error: MachineError) => error);
    if ('kind' in first && first.kind === 'hello') {
      qemu.monitor.pause();
      return new Guest(first.hello, qemu, link, options);
    }
    const console = await lastWords(qemu);
    const why = first instanceof Error ? first.message : describe(first, options.bootDeadlineMs);
    throw new MachineError(`the guest did not boot: ${why}`, { console });
  }

  /**
   * The guest that was saved. It stands still, as it did then, also before the whole of it is there.
   *
   * @throws MachineError when QEMU cannot make it out of the file
   */
  static async restore(settings: GuestSettings, snapshot: Snapshot): Promise<Guest> {
    const state = await open(snapshot.statePath);
    const argv = [...machineArguments(settings), ...restoreArguments];
    const qemu = new Qemu(settings.start(settings.program, argv, [state.fd]));
    const link = new AgentLink(qemu.agent, qemu.chance);
    const status = await qemu.monitor.settled(settings.restoreDeadlineMs).finally(() => state.close());
    if (status === 'paused') return new Guest(snapshot.hello, qemu, link, settings);
    const console = await lastWords(qemu);
    throw new MachineError(`the snapshot could not be restored: ${status}`, { console });
  }

  /** Writes all of a guest that has played nothing yet into a file. It cannot be used any more. */
  async save(statePath: string): Promise<Snapshot> {
    await writeState(this.#qemu.monitor, statePath, this.#settings.bootDeadlineMs);
    await this.close();
    return { statePath, hello: this.hello };
  }

  get usable(): boolean {
    return this.#usable;
  }

  get pid(): number | undefined {
    return this.#qemu.pid;
  }

  /**
   * Results in the order of the scenarios; the first that is not `played` is the last. A caller that stops
   * early ends the guest, which would otherwise answer questions that nobody remembers.
   */
  async *play(scenarios: readonly AgentScenario[]): AsyncGenerator<GuestResult> {
    const firstId = this.#lastId + 1;
    for (const [index, scenario] of scenarios.entries()) {
      this.#link.send(encodeScenario(firstId + index, scenario));
    }
    // Work before time: a guest that has nothing to do lets its clock run ahead, by more or less each time.
    this.#qemu.monitor.resume();
    let answered = 0;
    try {
      for (const scenario of scenarios) {
        this.#lastId++;
        const result = await this.#receive(scenario);
        this.#usable = result.kind === 'played';
        answered++;
        if (this.#usable && answered === scenarios.length) this.#qemu.monitor.pause();
        yield result;
        if (!this.#usable) return;
      }
    } finally {
      if (answered < scenarios.length) await this.close();
    }
  }

  async close(): Promise<void> {
    this.#usable = false;
    await this.#qemu.kill();
  }

  async #receive(scenario: AgentScenario): Promise<GuestResult> {
    const limit = this.#settings.scenarioDeadlineMs + slowestWaitMs(scenario);
    try {
      const message = await this.#link.receive(limit);
      if (message.kind === 'deadline') return this.#silent(limit);
      if (message.kind !== 'transcript') return this.#failed(describe(message, limit));
      const transcript = decodeTranscript(message.transcript, scenario);
      if (transcript.id !== this.#lastId) {
        return this.#failed(`scenario ${this.#lastId} was answered as ${transcript.id}`);
      }
      return (await this.#complaint()) ?? { kind: 'played', transcript };
    } catch (error) {
      if (error instanceof MachineError) return this.#failed(error.message);
      throw error;
    }
  }

  /** A fault on the console that the guest survived (a WARNING) belongs to the scenario that was played. */
  async #complaint(): Promise<Failure | undefined> {
    if (this.#qemu.console.total === this.#judged) return undefined;
    await setImmediate();
    if (findKernelFault(this.#news())) return this.#failed('');
    this.#judged = this.#qemu.console.total;
    return undefined;
  }

  /** A guest that gives no answer: what is it doing? Only a kernel that never comes back from something has hung. */
  async #silent(limit: number): Promise<Failure> {
    const what = describe({ kind: 'deadline' }, limit);
    const { monitor, console } = this.#qemu;
    const doing = await whereabouts(monitor, MONITOR_DEADLINE_MS);
    if (doing !== 'kernel') return this.#failed(`${what}: ${SILENT[doing]}`);
    // The kernel takes an interrupt that it cannot explain for a reason to panic, and says where it was.
    monitor.send('nmi');
    await Promise.race([this.#qemu.exited, aMoment(this.#qemu)]);
    const symbol = interruptedAt(console.since(this.#judged));
    const failure = await this.#failed(what);
    const where = symbol === undefined ? 'the kernel' : symbol;
    return {
      kind: 'crash',
      what: `the kernel hangs: no answer within ${limit / 1000} s, busy in ${where}`,
      fingerprint: `hang ${where}`,
      console: failure.console,
    };
  }

  #news(): string {
    return this.#qemu.console.since(this.#judged);
  }

  /** A guest that broke is ended; its console says whether its kernel is to blame. */
  async #failed(what: string): Promise<Failure> {
    const console = await lastWords(this.#qemu);
    const fault = findKernelFault(this.#news());
    return fault
      ? { kind: 'crash', what: fault.what, fingerprint: fault.fingerprint, console }
      : { kind: 'infra-error', what, console };
  }
}

/** What a guest's waits may take of our time: ten times what was measured on a busy machine. */
function slowestWaitMs({ steps }: AgentScenario): number {
  const waitedNs = steps.reduce((sum, { waitNs }) => sum + waitNs, 0n);
  return Math.round(Number(waitedNs) / 1e6 / SLOWEST_PACE);
}

function describe(message: AgentMessage | Silence, deadlineMs: number): string {
  switch (message.kind) {
    case 'deadline':
      return `no answer from the guest within ${deadlineMs / 1000} s`;
    case 'hung-up':
      return 'the guest ended';
    case 'error':
      return `agent: ${message.what}`;
    default:
      return `agent: a ${message.kind} out of turn`;
  }
}

/** Ends QEMU; what the guest, and QEMU itself, said last. */
async function lastWords(qemu: Qemu): Promise<string> {
  const ended = await Promise.race([qemu.exited, aMoment(qemu)]);
  if (ended === undefined) await qemu.kill();
  const complaints = qemu.complaints.text;
  return qemu.console.text + (complaints ? `\nqemu: ${complaints}` : '') + (ended ? `\nqemu: ${ended}` : '');
}

/** A guest that panics still prints when its link hangs up. */
const aMoment = ({ chance }: Qemu): Promise<undefined> => passed(MOMENT_MS, chance);
