import type { NatTarget, NatTargetKind, Rule } from '../../spec/config/rules.ts';
import type { Scenario } from '../../spec/scenario.ts';

const rules =
  (is: (rule: Rule) => boolean) =>
  ({ director }: Scenario) =>
    director.rules.tables.some(({ chains }) => chains.some((chain) => chain.rules.some(is)));

const translates = (is: (target: NatTarget) => boolean) =>
  rules(({ target }) => target !== undefined && 'to' in target && is(target));

const target = (kind: NatTargetKind) => translates((target) => target.kind === kind);

/** What scenarios have of table nat, and in how many of a thousand at least. */
export const NAT_FEATURES = {
  'table nat': {
    perMille: 80,
    in: ({ director }: Scenario) => director.rules.tables.some(({ name }) => name === 'nat'),
  },
  SNAT: { perMille: 30, in: target('SNAT') },
  DNAT: { perMille: 30, in: target('DNAT') },
  MASQUERADE: { perMille: 20, in: target('MASQUERADE') },
  REDIRECT: { perMille: 8, in: target('REDIRECT') },
  'a translation to ports': { perMille: 30, in: translates(({ to }) => to.ports !== undefined) },
  'a translation to several addresses': {
    perMille: 10,
    in: translates(({ to }) => to.addresses !== undefined && to.addresses.first !== to.addresses.last),
  },
  'state SNAT or DNAT': {
    perMille: 50,
    in: rules(({ matches }) =>
      matches.some(
        (one) => one.kind === 'conntrack' && one.states.some((state) => state === 'SNAT' || state === 'DNAT'),
      ),
    ),
  },
};
