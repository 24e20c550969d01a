import type { DirectorConfig } from '../../spec/config/director-config.ts';
import type { Kernel } from '../../spec/kernel.ts';
import { type Event, type StartOptions, start, step } from '../../spec/model.ts';
import type { Observation } from '../../spec/observation.ts';
import type { Net, Parts } from '../../spec/state.ts';
import type { Dice, Expected, Reference } from '../play/lead.ts';
import type { Plan, PlanStep } from '../play/plan.ts';
import { Draws, LIKELIEST, OWN } from './dice.ts';
import type { Director, Played } from './director.ts';
import type { Recorder } from './recording.ts';

/** Some jiffy to begin with, where a director of flesh and blood does not give one. A multiple of every timer slot. */
const FIRST_JIFFY = 4096 * 1024;

export interface ModelOptions {
  readonly name?: string;
  /** Default: the parts of a right director. */
  readonly parts?: Parts;
  /** The kernel that it is at heart, when it only pretends to be the other. */
  readonly inside?: Kernel;
  /** Notes which cells of the reference's tables each play reaches. */
  readonly recorder?: Recorder;
}

/** The reference model as a director: it leads, it is compared with, and with a part exchanged it is a broken one. */
export class ModelDirector implements Director, Reference {
  readonly name: string;
  readonly kernel: Kernel;
  readonly #parts: Parts | undefined;
  readonly #inside: Kernel;
  readonly #recorder: Recorder | undefined;
  #net: Net | undefined;

  constructor(kernel: Kernel, options: ModelOptions = {}) {
    this.kernel = kernel;
    this.#inside = options.inside ?? kernel;
    this.name = options.name ?? 'model';
    this.#recorder = options.recorder;
    this.#parts = options.recorder?.parts ?? options.parts;
  }

  refuses(): undefined {
    return undefined;
  }

  start(config: DirectorConfig): Observation {
    this.#net = this.#begin(config, FIRST_JIFFY, { trace: false });
    return step(this.#net, { kind: 'time', at: FIRST_JIFFY }).observation;
  }

  step(planStep: PlanStep): Observation {
    const net = this.#net;
    if (!net) throw new Error('a director is started before it is stepped');
    return step(net, eventOf(planStep, net.jiffies + this.#jiffiesUntil(planStep))).observation;
  }

  playAt(plan: Plan, jiffies: readonly number[], dice: Dice = LIKELIEST): Expected {
    const played = (trace: boolean) => {
      const draws = new Draws(dice);
      const net = this.#begin(plan.config, jiffies[0] ?? FIRST_JIFFY, { trace, chance: draws.chance });
      const results = jiffies.map((at, index) => {
        const event: Event = index === 0 ? { kind: 'time', at } : eventOf(plan.steps[index - 1]!, at);
        this.#recorder?.before(index, event, plan.config);
        draws.beginStep();
        const result = step(net, event);
        this.#recorder?.after(result.observation);
        return result;
      });
      return { results, drawn: draws.bySteps };
    };
    const { results, drawn } = played(false);
    const reached = this.#recorder?.taken();
    return {
      observations: results.map(({ observation }) => observation),
      ...(drawn.some((draws) => draws.length > 0) && { drawn }),
      ...(reached && { reached }),
      traces: () => played(true).results.map(({ trace }) => trace),
    };
  }

  async *play(plans: readonly Plan[]): AsyncIterable<Played> {
    for (const plan of plans) yield { kind: 'played', ...this.playAt(plan, this.clockOf(plan), OWN) };
  }

  /** Plays at the times at which a plan's steps happen when nothing takes longer than it must. */
  playAlone(plan: Plan): Expected {
    return this.playAt(plan, this.clockOf(plan));
  }

  /**
   * The jiffies at which a plan's steps happen: each takes `pace` besides its wait, which is one where nothing takes
   * longer than it must. `phase` is how many jiffies after the end of every timer's slot the first one is.
   */
  clockOf(
    { steps }: Plan,
    { phase, pace }: { phase: number; pace: number } = { phase: 0, pace: 1 },
  ): number[] {
    const clock = [FIRST_JIFFY + phase];
    for (const planStep of steps) clock.push(clock.at(-1)! + this.#jiffiesUntil(planStep) + pace - 1);
    return clock;
  }

  async close(): Promise<void> {}

  #begin(config: DirectorConfig, jiffies: number, options: Omit<StartOptions, 'jiffies' | 'parts'>): Net {
    return start(this.#inside, config, {
      ...options,
      jiffies,
      ...(this.#parts ? { parts: this.#parts } : {}),
    });
  }

  /** Each step has a jiffy of its own; a wait takes as many as it needs. */
  #jiffiesUntil(planStep: PlanStep): number {
    return planStep.kind === 'wait' ? Math.max(1, Math.ceil((planStep.ms * this.kernel.hz) / 1000)) : 1;
  }
}

function eventOf(planStep: PlanStep, at: number): Event {
  switch (planStep.kind) {
    case 'frame':
      return { kind: 'packet', at, link: planStep.link, frame: planStep.frame };
    case 'command':
      return { kind: 'command', at, command: planStep.command };
    case 'wait':
      return { kind: 'time', at };
  }
}
