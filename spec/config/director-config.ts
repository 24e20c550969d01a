import type { RoutingEntry } from './routing.ts';
import type { Ruleset } from './rules.ts';
import type { VirtualService } from './services.ts';
import type { Topology } from './topology.ts';

/** Everything an administrator sets before the first packet. */
export interface DirectorConfig {
  readonly topology: Topology;
  readonly services: readonly VirtualService[];
  readonly rules: Ruleset;
  /** Dotted name -> value; what is not named keeps the base value of `tables/sysctls`. */
  /** Rules and routes beside those that follow from the links' addresses, in the order in which they are added. */
  readonly routing?: readonly RoutingEntry[];
  readonly sysctls: Readonly<Record<string, number>>;
}
