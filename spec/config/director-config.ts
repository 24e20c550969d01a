import type { Ruleset } from './rules.ts';
import type { VirtualService } from './services.ts';
import type { Topology } from './topology.ts';

/** Everything an administrator sets before the first packet. */
export interface DirectorConfig {
  readonly topology: Topology;
  readonly services: readonly VirtualService[];
  readonly rules: Ruleset;
  /** Dotted name -> value; what is not named keeps the base value of `tables/sysctls`. */
  readonly sysctls: Readonly<Record<string, number>>;
}
