import type { DirectorConfig } from '../../spec/config/director-config.ts';
import type { Kernel } from '../../spec/kernel.ts';
import type { Observation } from '../../spec/observation.ts';
import type { ChangeId } from '../../spec/tables/changes.ts';
import type { FreedomId } from '../../spec/tables/freedoms.ts';
import type { TraceEntry } from '../../spec/trace.ts';
import type { FirstSteps } from '../coverage/cells.ts';
import type { Plan, PlanStep } from './plan.ts';

/**
 * The director that decides, step by step, which real server answers and from where (DESIGN 2): its frames
 * become the plan that all others get. Synchronous, since `bind` needs each answer before it makes the next frame.
 */
export interface Lead {
  /** A clean director with this configuration; what can be seen of it before the first packet. */
  start(config: DirectorConfig): Observation;
  /** Plays one step after those before; what can be seen then. */
  step(step: PlanStep): Observation;
}

/** What the reference says should have been seen, and why. Arrays as in `Played`: set-up first, then each step. */
export interface Expected {
  readonly observations: readonly Observation[];
  /** Where chance decided (`tables/freedoms`), and what came up: for the set-up first, then each step. */
  readonly drawn?: readonly (readonly Draw[])[];
  /** When each cell of the reference's tables was reached first; where somebody counts them. */
  readonly reached?: FirstSteps;
  /** Where a kernel is the reference: the named changes by which another one differs at that step first. */
  readonly changesIn?: (step: number) => readonly ChangeId[];
  /** Plays once more, telling what it does: a reader asks for few of many scenarios. */
  traces(): readonly (readonly TraceEntry[])[];
}

/** One time that chance decides. */
export interface Draw {
  readonly freedom: FreedomId;
  readonly options: number;
  /** The index of the one that came up. */
  readonly taken: number;
}

/** What comes up the `nth` time (from 0) that chance decides in a step, 0 being the set-up: an index less than `options`. */
export type Dice = (step: number, nth: number, options: number) => number;

/** The reference model as the harness uses it: it leads, and it says what a given clock should have led to. */
export interface Reference extends Lead {
  /**
   * The plan from a clean state at the times that a director measured. `jiffies[i]` is the clock of that
   * director's observation i; the model's own waits are not used. So timers are compared with the time
   * that really went by, exactly. Without dice the likeliest comes up each time.
   */
  playAt(plan: Plan, jiffies: readonly number[], dice?: Dice): Expected;
}

/** A reference for one kernel: what a director is compared with depends on the kernel that it runs. */
export type ReferenceFor = (kernel: Kernel) => Reference;
