import type { Kernel } from '../../spec/kernel.ts';
import type { Observation } from '../../spec/observation.ts';
import type { Expected } from '../play/lead.ts';
import type { Plan } from '../play/plan.ts';

/** Anything that forwards as a Linux IPVS box does: the model, a microVM, a container. Deliberately dumb. */
export interface Director {
  /** As the command line names it: `model`, `microvm:6.1`. */
  readonly name: string;
  readonly kernel: Kernel;
  /** Why this director cannot play the plan, or undefined. */
  refuses(plan: Plan): string | undefined;
  /** Plays each plan from a clean state; yields in the order given, one result for each. */
  play(plans: readonly Plan[]): AsyncIterable<Played>;
  close(): Promise<void>;
}

export type Played =
  /** The first observation is taken after the set-up, the others after each step. The model can tell why. */
  | {
      readonly kind: 'played';
      readonly observations: readonly Observation[];
      readonly traces?: Expected['traces'];
      /** What another director did with the plan, where that is what this one is compared with. */
      readonly expected?: Expected;
    }
  /** The guest kernel oopsed, panicked or hung. The fingerprint is the same for the same fault. */
  | {
      readonly kind: 'crash';
      readonly what: string;
      readonly fingerprint: string;
      readonly console: string;
      /** Nothing was played yet: any other plan would have come to the same. */
      readonly booting?: true;
    }
  /** Ours or the machine's fault: never counts as pass or fail. */
  | { readonly kind: 'infra-error'; readonly what: string; readonly console: string };
