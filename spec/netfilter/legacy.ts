import { BUILT_IN_CHAINS } from '../config/rules.ts';
import type { Backend, Net } from '../state.ts';
import { freshState, newCounter } from './iptables.ts';
import { fullCredit, limitMatches } from './limit.ts';
import { tcpMatches, udpMatches } from './matches.ts';
import type { IptChain, IptTable } from './types.ts';

/** The tables that iptables-legacy fills (net/ipv4/netfilter/ip_tables.c). */
export const legacy: Backend = {
  tcpMatches,
  udpMatches,
  fullCredit,
  limitMatches,
  reload,
  // It comes with all of its chains, as soon as anybody asks for it.
  tableFor: (table, { table: name }) => table ?? { name, chains: BUILT_IN_CHAINS[name].map(emptyChain) },
  refusedStays: true,
};

/**
 * iptables-legacy puts a whole new table in the place of the old one and takes the rules' counters over, but not
 * those of the policies (iptables, libiptc/libiptc.c, __iptcc_p_del_policy: COUNTER_MAP_ZEROED), and what matches
 * and templates remember begins anew.
 */
function reload(net: Net, table: IptTable): void {
  for (const { policyCounter, rules } of table.chains) {
    Object.assign(policyCounter, { packets: 0, bytes: 0 });
    for (const { rule } of rules) {
      for (const loaded of rule.matches) loaded.state = freshState(legacy, net, loaded.match);
      if (rule.template) rule.template.mark = 0;
    }
  }
}

/** A built-in chain as it comes. */
export function emptyChain(name: string): IptChain {
  return { name, policy: 'ACCEPT', policyCounter: newCounter(), rules: [] };
}
