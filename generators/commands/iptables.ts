import fc from 'fast-check';
import type { IptablesCommand } from '../../spec/config/commands.ts';
import { BUILT_IN_CHAINS, type Rule, type TableName } from '../../spec/config/rules.ts';
import { oneOf, weighted } from '../draws.ts';
import { fitted } from '../rules/fit.ts';
import { rule as ruleOf } from '../rules/rule.ts';
import type { AdminState, TableChain } from './admin-state.ts';

type Intent = (now: AdminState) => IptablesCommand | undefined;

/** Counts chains and rules round. */
const index = fc.nat({ max: 59 });

/** A rule for each table, since it is not yet known which there are. */
const rules: fc.Arbitrary<Readonly<Record<TableName, Rule>>> = fc.record({
  raw: ruleOf('raw'),
  security: ruleOf('security'),
  mangle: ruleOf('mangle'),
  nat: ruleOf('nat'),
  filter: ruleOf('filter'),
});

const place = ({ table, name }: TableChain) => ({ tool: 'iptables', table, chain: name }) as const;

/** A command for one of the chains there are. */
function inChain(
  command: (chain: TableChain, index: number) => IptablesCommand | undefined,
): (index: number) => Intent {
  return (index) =>
    ({ chains }) => {
      const chain = chains[index % chains.length];
      return chain && command(chain, Math.floor(index / chains.length));
    };
}

const append = fc
  .tuple(index, rules)
  .map(([index, rules]) =>
    inChain((chain) => ({ ...place(chain), op: 'append', rule: fitted(rules[chain.table], chain.name) }))(
      index,
    ),
  );

/** Mostly at the top, where it decides. */
const insert = fc.tuple(index, rules).map(([index, rules]) =>
  inChain((chain, more) => {
    const position = more % 2 === 0 ? 1 : 1 + (more % (chain.rules.length + 1));
    return { ...place(chain), op: 'insert', position, rule: fitted(rules[chain.table], chain.name) };
  })(index),
);

const replace = fc.tuple(index, rules).map(
  ([index, rules]): Intent =>
    ({ chains }) => {
      const picked = pickRule(chains, index);
      return (
        picked && {
          ...place(picked.chain),
          op: 'replace',
          position: picked.position,
          rule: fitted(rules[picked.chain.table], picked.chain.name),
        }
      );
    },
);

const remove = index.map(
  (index): Intent =>
    ({ chains }) => {
      const picked = pickRule(chains, index);
      return picked && { ...place(picked.chain), op: 'delete', position: picked.position };
    },
);

const flush = index.map(inChain((chain) => ({ ...place(chain), op: 'flush' })));

const policy = fc
  .tuple(index, weighted<'ACCEPT' | 'DROP'>([2, 'DROP'], [1, 'ACCEPT']))
  .map(([index, policy]) =>
    inChain((chain) =>
      BUILT_IN_CHAINS[chain.table].includes(chain.name) && (chain.table !== 'nat' || policy === 'ACCEPT')
        ? { ...place(chain), op: 'policy', policy }
        : undefined,
    )(index),
  );

/** One of all rules there are, with its position. */
function pickRule(
  chains: readonly TableChain[],
  index: number,
): { readonly chain: TableChain; readonly rule: Rule; readonly position: number } | undefined {
  const all = chains.flatMap((chain) => chain.rules.map((rule, at) => ({ chain, rule, position: at + 1 })));
  return all[index % all.length];
}

export const iptablesIntent: fc.Arbitrary<Intent> = oneOf<Intent>(
  [3, insert],
  [2, append],
  [2, remove],
  [1, replace],
  [2, policy],
  [1, flush],
);
