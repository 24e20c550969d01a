import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { smallerRuleset } from './rules.ts';
import { smallerServices } from './services.ts';
import { anyOf, inField, type Smaller } from './smaller.ts';
import { smallerSysctls } from './sysctls.ts';

export const smallerConfig: Smaller<DirectorConfig> = anyOf(
  inField('rules', smallerRuleset),
  inField('services', smallerServices),
  inField('sysctls', smallerSysctls),
);
