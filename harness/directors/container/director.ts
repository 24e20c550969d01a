import type { Kernel } from '../../../spec/kernel.ts';
import { MachineError } from '../../errors.ts';
import type { Lack } from '../../kernels/installed-kernel.ts';
import { missingFor } from '../../kernels/missing.ts';
import { Late } from '../../observe/late.ts';
import { observations } from '../../observe/observations.ts';
import type { Plan } from '../../play/plan.ts';
import { agentScenario } from '../agent-scenario.ts';
import type { Director, Played } from '../director.ts';
import type { HostAgent } from './host-agent.ts';
import { deadlineMs, tooLong } from './real-time.ts';

/** The kernel that containers run on, and how to get another one. */
export interface Host {
  readonly kernel: Kernel;
  readonly lacks: readonly Lack[];
  /** All waits of a scenario together. */
  readonly maxWaitMs: number;
  /** @throws MachineError when there can be none */
  start(): Promise<HostAgent>;
}

/**
 * So often a scenario is played in which the machine was late: what belongs into one jiffy was not done in one. That
 * says nothing about the director, and is decided by the clock before anything is compared.
 */
const TRIES = 8;

/** The kernel of the machine that runs the Docker engine, in real time. */
export class ContainerDirector implements Director {
  readonly name: string;
  readonly kernel: Kernel;
  readonly #host: Host;
  #agent: HostAgent | undefined;

  constructor(name: string, host: Host) {
    this.name = name;
    this.kernel = host.kernel;
    this.#host = host;
  }

  /** The container's id, while there is one. */
  get containerId(): string | undefined {
    return this.#agent?.id;
  }

  refuses(plan: Plan): string | undefined {
    return missingFor(plan, this.#host) ?? tooLong(plan, this.#host.maxWaitMs);
  }

  async *play(plans: readonly Plan[]): AsyncGenerator<Played> {
    for (const plan of plans) yield await this.#played(plan);
  }

  async close(): Promise<void> {
    await this.#agent?.close();
    this.#agent = undefined;
  }

  async #played(plan: Plan): Promise<Played> {
    try {
      return { kind: 'played', observations: await this.#inTime(plan, TRIES) };
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      return { kind: 'infra-error', what: error.message, console: error.console };
    }
  }

  async #inTime(plan: Plan, tries: number): Promise<ReturnType<typeof observations>> {
    const agent = await this.#ready();
    const { hz } = this.kernel;
    const transcript = await agent.play(agentScenario(plan, hz, 'at once'), deadlineMs(plan));
    try {
      return observations(plan, transcript, hz);
    } catch (error) {
      if (error instanceof Late && tries > 1) return this.#inTime(plan, tries - 1);
      throw error;
    }
  }

  async #ready(): Promise<HostAgent> {
    if (!this.#agent?.usable) {
      await this.close();
      this.#agent = await this.#host.start();
    }
    return this.#agent!;
  }
}
