import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { TWO_ARMED } from '../../spec/config/topology.ts';
import type { Kernel } from '../../spec/kernel.ts';
import type { Observation } from '../../spec/observation.ts';
import type { Scenario, Segment } from '../../spec/scenario.ts';
import type { Director, Played } from '../directors/director.ts';
import type { Expected, Reference } from './lead.ts';
import type { Plan, PlanStep } from './plan.ts';
import type { Subject } from './seat.ts';

/**
 * For tests of the harness: a director without a kernel. It sends every frame out again on the link where it came
 * from and counts frames; a fault changes what it does. As a reference it does the same without a fault.
 */
export const TOY_KERNEL: Kernel = { release: '1.0-toy', version: '1.0-1', hz: 250, has: () => false };

/** What goes wrong at which frame (from 1), given all that was played on this director before. */
export type Fault = (
  frame: number,
  length: number,
  playedBefore: number,
) => 'silent' | 'crash' | 'infra' | undefined;

const JIFFIES_PER_STEP = 10;

class ToyState {
  readonly #observations: Observation[] = [];
  #frames = 0;

  start(): Observation {
    return this.#observe([], 0);
  }

  step(step: PlanStep, silent = false): Observation {
    if (step.kind !== 'frame') return this.#observe([], 0);
    this.#frames += 1;
    return this.#observe(
      silent || step.link === 'director' ? [] : [{ link: step.link, frame: step.frame }],
      this.#frames,
    );
  }

  get frames(): number {
    return this.#frames;
  }

  get observations(): readonly Observation[] {
    return this.#observations;
  }

  #observe(emitted: Observation['emitted'], packets: number): Observation {
    const counters = [{ table: 'filter', chain: 'INPUT', rule: 0, packets, bytes: 0 }];
    const jiffies = this.#observations.length * JIFFIES_PER_STEP;
    const rest = { refused: false, services: [], connections: [], conntrack: [], counters };
    const observation = { jiffies, emitted, ...rest };
    this.#observations.push(observation);
    return observation;
  }
}

export class ToyReference implements Reference {
  #state = new ToyState();

  start(_config: DirectorConfig): Observation {
    this.#state = new ToyState();
    return this.#state.start();
  }

  step(step: PlanStep): Observation {
    return this.#state.step(step);
  }

  playAt(plan: Plan): Expected {
    const observations = [this.start(plan.config), ...plan.steps.map((step) => this.step(step))];
    const trace = [
      { hook: 'NF_INET_LOCAL_IN', station: 'toy', verdict: 'NF_ACCEPT', why: 'A toy sends it back.' },
    ];
    return { observations, traces: () => observations.map(() => trace) };
  }
}

export class ToyDirector implements Director {
  readonly name: string;
  readonly kernel = TOY_KERNEL;
  readonly #fault: Fault;
  readonly #longest: number;
  #played = 0;
  closed = false;

  constructor(name = 'toy', fault: Fault = () => undefined, longest = Number.POSITIVE_INFINITY) {
    this.name = name;
    this.#fault = fault;
    this.#longest = longest;
  }

  refuses(plan: Plan): string | undefined {
    return plan.steps.length > this.#longest ? `more than ${this.#longest} steps` : undefined;
  }

  async *play(plans: readonly Plan[]): AsyncGenerator<Played> {
    for (const plan of plans) {
      yield this.#playOne(plan);
      this.#played += 1;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #playOne(plan: Plan): Played {
    const state = new ToyState();
    state.start();
    for (const step of plan.steps) {
      const length = step.kind === 'frame' ? step.frame.length : 0;
      const fault = step.kind === 'frame' && this.#fault(state.frames + 1, length, this.#played);
      if (fault === 'crash')
        return { kind: 'crash', what: 'Oops: 0000', fingerprint: 'oops-toy', console: 'Call Trace:' };
      if (fault === 'infra')
        return { kind: 'infra-error', what: 'the plug was pulled', console: 'last words' };
      state.step(step, fault === 'silent');
    }
    return { kind: 'played', observations: state.observations };
  }
}

/** A subject that opens toys; `opened` collects them, for tests that ask how often and whether they were closed. */
export function toySubject(fault?: Fault, opened: ToyDirector[] = [], name = 'toy'): Subject {
  return {
    name,
    open: async () => {
      const toy = new ToyDirector(name, fault);
      opened.push(toy);
      return toy;
    },
  };
}

/** A scenario of one flow whose segments carry so many bytes each. */
export function toyScenario(lengths: readonly number[]): Scenario {
  const segment = (length: number): Segment => ({
    kind: 'segment',
    flow: 'f1',
    from: 'client',
    flags: 0x10,
    seq: 0,
    ack: 0,
    window: 1000,
    length,
    options: [],
  });
  return {
    director: { topology: TWO_ARMED, services: [], rules: { tables: [] }, sysctls: {} },
    flows: {
      f1: {
        protocol: 'tcp',
        client: { address: 0x0a000002, port: 1025 },
        service: { address: 0x0a000064, port: 80 },
        isn: { client: 0, server: 0 },
      },
    },
    timeline: lengths.map(segment),
  };
}
