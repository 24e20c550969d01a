import fc from 'fast-check';
import type { DirectorConfig } from '../spec/config/director-config.ts';
import { TWO_ARMED } from '../spec/config/topology.ts';
import type { ScenarioBias } from './bias.ts';
import { ruleset } from './rules.ts';
import { services } from './services.ts';
import { shrinkingBy } from './shrinking-by.ts';
import type { Size } from './sizes.ts';
import { smallerConfig } from './smaller/config.ts';
import { sysctls } from './sysctls.ts';

/** A two-armed director as an administrator may set it up. */
export function directorConfig(bias: ScenarioBias, size: Size): fc.Arbitrary<DirectorConfig> {
  const drawn = fc.tuple(services(bias, size), ruleset(bias, size), sysctls(bias));
  return shrinkingBy(
    drawn.map(([services, rules, sysctls]) => ({ topology: TWO_ARMED, services, rules, sysctls })),
    smallerConfig,
  );
}
