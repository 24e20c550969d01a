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

/** A firewall out of the field, any rules, or none; and beside it, rules that count what state each chain saw. */
export function ruleset(bias: ScenarioBias, size: Size): fc.Arbitrary<Ruleset> {
  const firewall = oneOf<Ruleset>(
    [1, fc.constant(filterTable({}))],
    [9, template],
    [10, randomRuleset(size)],
  );
  const drawn = fc.tuple(
    oneOf([bias.rules, firewall], [100 - bias.rules, fc.constant(NONE)]),
    percent(bias.counting),
  );
  return shrinkingBy(
    drawn.map(([rules, counting]) => (counting ? withCounters(rules) : rules)),
    smallerRuleset,
  );
}
