import type { AdminCommand } from '../../spec/config/commands.ts';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import type { Origin } from '../../spec/config/topology.ts';
import type { Expectation } from '../../spec/expectation.ts';
import type { Flow } from '../../spec/scenario.ts';

/**
 * A scenario bound to concrete frames: what every director gets. One step for each item of the timeline, so
 * that index i means the same in both.
 */
export interface Plan {
  readonly config: DirectorConfig;
  readonly steps: readonly PlanStep[];
  /**
   * Set where kernels are compared with each other. A command takes a kernel as long as it takes, so its step then
   * ends at a fixed jiffy, late enough for all: whatever comes after it happens at the same time everywhere.
   */
  readonly settles?: true;
  readonly expectations?: readonly PlanExpectation[];
}

/** What the scenario's author expects, and the flow that it is about. */
export interface PlanExpectation {
  readonly expectation: Expectation;
  readonly flow: Flow | undefined;
}

export type PlanStep =
  /** Of a packet of the director's own all of the Ethernet header is 0, as on lo. */
  | { readonly kind: 'frame'; readonly link: Origin; readonly frame: Uint8Array }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'command'; readonly command: AdminCommand };
