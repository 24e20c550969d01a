import fc from 'fast-check';
import type { Ruleset } from '../spec/config/rules.ts';
import type { ScenarioBias } from './bias.ts';
import { oneOf, percent } from './draws.ts';
import { withCounters } from './rules/counting.ts';
import { randomRuleset } from './rules/random.ts';
import { template } from './rules/templates.ts';
import { filterTable } from './rules/write.ts';
import { shrinkingBy } from './shrinking-by.ts';
import type { Size } from './sizes.ts';
import { smallerRuleset } from './smaller/rules.ts';

const NONE: Ruleset = { tables: [] };

/** No rules, a firewall out of the field, or any rules; half of them count what state each chain saw. */
export function ruleset(bias: ScenarioBias, size: Size): fc.Arbitrary<Ruleset> {
  const rules = oneOf<Ruleset>([2, fc.constant(filterTable({}))], [4, template], [4, randomRuleset(size)]);
  const counted = fc
    .tuple(rules, percent(50))
    .map(([rules, counting]) => (counting ? withCounters(rules) : rules));
  return shrinkingBy(oneOf([bias.rules, counted], [100 - bias.rules, fc.constant(NONE)]), smallerRuleset);
}
