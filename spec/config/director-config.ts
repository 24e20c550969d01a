import type { RoutingEntry } from './routing.ts';
import type { Ruleset } from './rules.ts';
import type { VirtualService } from './services.ts';
import type { Topology } from './topology.ts';

/** Everything an administrator sets before the first packet. */
export interface DirectorConfig {
  readonly topology: Topology;
  readonly services: readonly VirtualService[];
  readonly rules: Ruleset;
  /** Which kernel keeps the rules: `nft` writes them into nf_tables (iptables-nft); without it the legacy tables have them. */
  readonly iptables?: 'nft';
  /** Rules and routes beside those that follow from the links' addresses, in the order in which they are added. */
  readonly routing?: readonly RoutingEntry[];
  /** Dotted name -> value; what is not named keeps the base value of `tables/sysctls`. */
  readonly sysctls: Readonly<Record<string, number>>;
}

/** The tool that sets the rules, by its name where both back ends are installed; else the machine's own will do. */
export const iptablesTool = ({ iptables }: Pick<DirectorConfig, 'iptables'>): 'iptables' | 'iptables-nft' =>
  iptables === 'nft' ? 'iptables-nft' : 'iptables';
