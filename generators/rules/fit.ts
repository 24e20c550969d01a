import type { Rule } from '../../spec/config/rules.ts';

const LEAVING: readonly string[] = ['OUTPUT', 'POSTROUTING'];
const ARRIVING: readonly string[] = ['PREROUTING', 'INPUT'];

/**
 * The rule as iptables takes it in this chain: no way in for packets that leave, no way out for packets that
 * arrive, and a reset only for what is surely TCP.
 */
export function fitted(rule: Rule, chain: string): Rule {
  const { inInterface, outInterface, target, ...rest } = rule;
  const resets = target?.kind === 'REJECT' && target.with === 'tcp-reset';
  const tcp = rule.protocol?.protocol === 'tcp' && !rule.protocol.inverted;
  const word = resets && !tcp ? ({ kind: 'REJECT', with: 'icmp-port-unreachable' } as const) : target;
  return {
    ...rest,
    ...(inInterface && !LEAVING.includes(chain) && { inInterface }),
    ...(outInterface && !ARRIVING.includes(chain) && { outInterface }),
    ...(word && { target: word }),
  };
}
