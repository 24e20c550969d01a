import fc from 'fast-check';
import type { Ruleset } from '../spec/config/rules.ts';
import type { ScenarioBias } from './bias.ts';
import { oneOf, percent, sometimes } from './draws.ts';
import { FRAGMENT_COUNTERS, IPVS_COUNTERS, stateCounters, withCounters } from './rules/counting.ts';
import { marking } from './rules/marking.ts';
import { translation } from './rules/nat.ts';
import { randomTable } from './rules/random.ts';
import { template } from './rules/templates.ts';
import { ruleTree } from './rules/tree.ts';
import { filterTable } from './rules/write.ts';
import { shrinkingBy } from './shrinking-by.ts';
import type { Size } from './sizes.ts';
import { smallerRuleset } from './smaller/rules.ts';

const NONE: Ruleset = { tables: [] };

/**
 * A firewall out of the field, any rules, or none; tables that mark packets, exempt them from tracking or translate
 * them; and beside them, rules that count what state each chain saw, or fragments.
 */
export function ruleset(bias: ScenarioBias, size: Size): fc.Arbitrary<Ruleset> {
  const firewall = oneOf<Ruleset>(
    [10, fc.constant(filterTable({}))],
    [90, template],
    [100, randomTable('filter', size).map((table) => ({ tables: [table] }))],
    [2, ruleTree],
  );
  const drawn = fc.tuple(
    oneOf([bias.rules, firewall], [100 - bias.rules, fc.constant(NONE)]),
    oneOf([bias.marks, marking(bias, size)], [100 - bias.marks, fc.constant([])]),
    sometimes(bias.nat, translation(bias, size)),
    sometimes(Math.round(bias.rules / 12), randomTable('security', size)),
    percent(bias.counting),
    percent(bias.fragments > 50 ? 50 : 2),
    percent(bias.handled),
  );
  return shrinkingBy(
    drawn.map(([{ tables }, before, nat, security, counting, fragments, handled]) => {
      const rules = {
        tables: [...before, ...(nat ? [nat] : []), ...tables, ...(security ? [security] : [])],
      };
      const counted = counting ? withCounters(rules, stateCounters(rules)) : rules;
      const parts = fragments ? withCounters(counted, FRAGMENT_COUNTERS) : counted;
      return handled ? withCounters(parts, IPVS_COUNTERS) : parts;
    }),
    smallerRuleset,
  );
}
