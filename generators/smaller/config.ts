import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { type Topology, USUAL_MTU, unusualMtu, withMtu } from '../../spec/config/topology.ts';
import { smallerRuleset } from './rules.ts';
import { smallerServices } from './services.ts';
import { anyOf, fewer, inField, type Smaller, withoutField } from './smaller.ts';
import { smallerSysctls } from './sysctls.ts';

/** Links as wide as all others. */
function* wider(topology: Topology): Iterable<Topology> {
  const narrow = unusualMtu(topology);
  for (const name of Object.keys(narrow)) yield withMtu(topology, { ...narrow, [name]: USUAL_MTU });
}

/** Fewer rules and routes; without any, no field for them. */
function* lessRouting(config: DirectorConfig): Iterable<DirectorConfig> {
  const { routing, ...rest } = config;
  if (!routing) return;
  for (const fewerEntries of fewer(routing))
    yield fewerEntries.length === 0 ? rest : { ...rest, routing: fewerEntries };
}

export const smallerConfig: Smaller<DirectorConfig> = anyOf(
  inField('topology', wider),
  lessRouting,
  inField('rules', smallerRuleset),
  withoutField('iptables'),
  inField('services', smallerServices),
  inField('sysctls', smallerSysctls),
);
