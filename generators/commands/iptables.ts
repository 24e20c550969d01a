import fc from 'fast-check';
import type { IptablesCommand } from '../../spec/config/commands.ts';
import { BUILT_IN_CHAINS, type Chain, type Rule } from '../../spec/config/rules.ts';
import { oneOf, weighted } from '../draws.ts';
import { fitted } from '../rules/fit.ts';
import { rule } from '../rules/rule.ts';
import type { AdminState } from './admin-state.ts';

type Intent = (now: AdminState) => IptablesCommand | undefined;

/** Counts chains and rules round. */
const index = fc.nat({ max: 59 });

const place = (chain: Chain) => ({ tool: 'iptables', table: 'filter', chain: chain.name }) as const;

/** A command for one of the chains there are. */
function inChain(
  command: (chain: Chain, index: number) => IptablesCommand | undefined,
): (index: number) => Intent {
  return (index) =>
    ({ chains }) => {
      const chain = chains[index % chains.length];
      return chain && command(chain, Math.floor(index / chains.length));
    };
}

const append = fc
  .tuple(index, rule)
  .map(([index, rule]) =>
    inChain((chain) => ({ ...place(chain), op: 'append', rule: fitted(rule, chain.name) }))(index),
  );

/** Mostly at the top, where it decides. */
const insert = fc.tuple(index, rule).map(([index, rule]) =>
  inChain((chain, more) => {
    const position = more % 2 === 0 ? 1 : 1 + (more % (chain.rules.length + 1));
    return { ...place(chain), op: 'insert', position, rule: fitted(rule, chain.name) };
  })(index),
);

const replace = fc.tuple(index, rule).map(
  ([index, rule]): Intent =>
    ({ chains }) => {
      const picked = pickRule(chains, index);
      return (
        picked && {
          ...place(picked.chain),
          op: 'replace',
          position: picked.position,
          rule: fitted(rule, picked.chain.name),
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
      BUILT_IN_CHAINS.filter.includes(chain.name) ? { ...place(chain), op: 'policy', policy } : undefined,
    )(index),
  );

/** One of all rules there are, with its position. */
function pickRule(
  chains: readonly Chain[],
  index: number,
): { readonly chain: Chain; readonly rule: Rule; readonly position: number } | undefined {
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
