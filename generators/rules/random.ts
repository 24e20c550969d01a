import fc from 'fast-check';
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Rule,
  type Table,
  type TableName,
} from '../../spec/config/rules.ts';
import { sometimes, upTo, weighted } from '../draws.ts';
import type { Size } from '../sizes.ts';
import { DNAT_CHAIN, fitted } from './fit.ts';
import { rule } from './rule.ts';

const USER_CHAINS = ['web', 'limits', 'audit'] as const;

/** A rule, and where it leads when it is to lead somewhere. */
interface RuleDraw {
  readonly rule: Rule;
  readonly to: { readonly kind: 'jump' | 'goto'; readonly chain: number } | undefined;
}

const ruleDraw = (table: TableName): fc.Arbitrary<RuleDraw> =>
  fc.record({
    rule: rule(table),
    to: sometimes(
      25,
      fc.record({ kind: weighted<'jump' | 'goto'>([3, 'jump'], [1, 'goto']), chain: fc.nat({ max: 5 }) }),
    ),
  });

/** A packet meets many chains, so only filter's close often. */
const POLICY: Readonly<Record<TableName, fc.Arbitrary<'ACCEPT' | 'DROP'>>> = {
  raw: weighted<'ACCEPT' | 'DROP'>([19, 'ACCEPT'], [1, 'DROP']),
  mangle: weighted<'ACCEPT' | 'DROP'>([19, 'ACCEPT'], [1, 'DROP']),
  nat: weighted<'ACCEPT' | 'DROP'>([29, 'ACCEPT'], [1, 'DROP']),
  filter: weighted<'ACCEPT' | 'DROP'>([3, 'ACCEPT'], [1, 'DROP']),
  security: weighted<'ACCEPT' | 'DROP'>([9, 'ACCEPT'], [1, 'DROP']),
};

/** A table of random rules. Jumps lead to later chains only, so that no packet goes in circles. */
export function randomTable(name: TableName, size: Size): fc.Arbitrary<Table> {
  const rules = upTo(size.rulesPerChain, ruleDraw(name));
  const policy = POLICY[name];
  const builtIn = fc.tuple(
    ...BUILT_IN_CHAINS[name].map((name) =>
      fc.tuple(policy, rules).map(([policy, draws]) => ({ name, policy, draws })),
    ),
  );
  const user = upTo(size.userChains, rules).map((list) =>
    list.map((draws, index) => ({ name: USER_CHAINS[index]!, draws })),
  );
  return fc.tuple(builtIn, user).map(([builtIn, user]): Table => {
    const names = user.map(({ name }) => name);
    const chains = [...builtIn, ...user].map(({ draws, ...chain }): Chain => {
      const later = names
        .slice(names.indexOf(chain.name as (typeof names)[number]) + 1)
        .filter((other) => mayLead(name, chain.name, other));
      return { ...chain, rules: draws.map((draw) => led(draw, chain.name, later)) };
    });
    return { name, chains };
  });
}

/** In table nat a chain of the user's translates one end only (`fit.ts`), so it is entered from where that is allowed. */
function mayLead(table: TableName, from: string, to: string): boolean {
  if (table !== 'nat') return true;
  if (to === DNAT_CHAIN) return from === 'PREROUTING' || from === 'OUTPUT';
  return from === 'POSTROUTING' || (from !== DNAT_CHAIN && !BUILT_IN_CHAINS[table].includes(from));
}

function led({ rule, to }: RuleDraw, chain: string, later: readonly string[]): Rule {
  if (!to || later.length === 0) return fitted(rule, chain);
  return fitted({ ...rule, target: { kind: to.kind, chain: later[to.chain % later.length]! } }, chain);
}
