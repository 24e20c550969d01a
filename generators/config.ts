import fc from 'fast-check';
import type { DirectorConfig } from '../spec/config/director-config.ts';
import type { Ruleset } from '../spec/config/rules.ts';
import type { VirtualService } from '../spec/config/services.ts';
import { TWO_ARMED } from '../spec/config/topology.ts';
import { SERVICE_PORTS } from './addresses.ts';
import type { ScenarioBias } from './bias.ts';
import { percent } from './draws.ts';
import { ruleset } from './rules.ts';
import { services } from './services.ts';
import { shrinkingBy } from './shrinking-by.ts';
import type { Size } from './sizes.ts';
import { smallerConfig } from './smaller/config.ts';
import { renamedRuleset } from './smaller/places.ts';
import { sysctls } from './sysctls.ts';

/** A two-armed director as an administrator may set it up. */
export function directorConfig(bias: ScenarioBias, size: Size): fc.Arbitrary<DirectorConfig> {
  const drawn = fc.tuple(services(bias, size), ruleset(bias, size), sysctls(bias), percent(75));
  return shrinkingBy(
    drawn.map(([services, rules, sysctls, aware]) => ({
      topology: TWO_ARMED,
      services,
      rules: aware ? written(rules, services) : rules,
      sysctls,
    })),
    smallerConfig,
  );
}

/** The rules of one who knows which services there are: ports of no service become the first service's. */
function written(rules: Ruleset, services: readonly VirtualService[]): Ruleset {
  const served = services.map(({ port }) => port);
  const isMissed = (port: number) => SERVICE_PORTS.some((one) => one === port) && !served.includes(port);
  return renamedRuleset(rules, {
    address: (address) => address,
    port: (port) => (isMissed(port) ? served[0]! : port),
  });
}
