import { BUILT_IN_CHAINS, CT_STATES, NAT_STATES, type Rule, type Ruleset } from '../../spec/config/rules.ts';
import { ctstate, filterTable } from './write.ts';

/** One rule without a target for each state: their counters tell what state each packet had in that chain. */
const STATE_COUNTERS: readonly Rule[] = CT_STATES.map((state) => ({ matches: [ctstate(state)] }));

/** Counts the fragments, all but each first one. */
export const FRAGMENT_COUNTERS: readonly Rule[] = [{ fragment: { inverted: false }, matches: [] }];

/** Counts what IPVS has handled. */
export const IPVS_COUNTERS: readonly Rule[] = [{ matches: [{ kind: 'ipvs', inverted: false }] }];

/** Where there is a table nat, also which connections are translated. */
const TRANSLATED: readonly Rule[] = NAT_STATES.map((state) => ({ matches: [ctstate(state)] }));

export function stateCounters({ tables }: Ruleset): readonly Rule[] {
  const translates = tables.some(({ name }) => name === 'nat');
  return translates ? [...STATE_COUNTERS, ...TRANSLATED] : STATE_COUNTERS;
}

/** The ruleset with these counters in front of every built-in chain, where no rule has spoken yet. */
export function withCounters({ tables }: Ruleset, counters: readonly Rule[]): Ruleset {
  if (tables.length === 0) return withCounters(filterTable({}), counters);
  return {
    tables: tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) =>
        BUILT_IN_CHAINS[table.name].includes(chain.name)
          ? { ...chain, rules: [...counters, ...chain.rules] }
          : chain,
      ),
    })),
  };
}
