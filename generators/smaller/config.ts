import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { type Topology, USUAL_MTU, unusualMtu, withMtu } from '../../spec/config/topology.ts';
import { smallerRuleset } from './rules.ts';
import { smallerServices } from './services.ts';
import { anyOf, inField, type Smaller } from './smaller.ts';
import { smallerSysctls } from './sysctls.ts';

/** Links as wide as all others. */
function* wider(topology: Topology): Iterable<Topology> {
  const narrow = unusualMtu(topology);
  for (const name of Object.keys(narrow)) yield withMtu(topology, { ...narrow, [name]: USUAL_MTU });
}

export const smallerConfig: Smaller<DirectorConfig> = anyOf(
  inField('topology', wider),
  inField('rules', smallerRuleset),
  inField('services', smallerServices),
  inField('sysctls', smallerSysctls),
);
