import type { IptablesCommand } from '../config/commands.ts';
import type { Rule } from '../config/rules.ts';
import type { Net } from '../state.ts';
import { backendOf } from './backend-of.ts';
import { loadRule, needsConntrack } from './iptables.ts';
import type { IptChain, IptRule, IptTable } from './types.ts';

/** Carries out an iptables command; false when the tool refuses it. */
export function iptables(net: Net, command: IptablesCommand): boolean {
  const backend = backendOf(net);
  const table = backend.tableFor(net.tables.get(command.table), command);
  const accepted = apply(net, table, command);
  if (accepted || backend.refusedStays) net.tables.set(command.table, table);
  if (accepted) backend.reload(net, table, command);
  updateUsers(net);
  return accepted;
}

/**
 * Registers conntrack's hooks when the first rule or service needs it, unregisters them with the last
 * (nf_ct_netns_get, _put).
 */
export function updateUsers(net: Net): void {
  const needed = needsConntrack(net.tables) || net.ipvs.services.some(({ conntrack }) => conntrack);
  // What connections said while nobody listened is unknown: their windows are learned anew (nf_ct_tcp_fixup).
  if (needed && net.conntrack.users === 0) {
    for (const { tcp } of net.conntrack.entries)
      if (tcp.state === 'ESTABLISHED') for (const peer of tcp.seen) peer.maxwin = 0;
  }
  net.conntrack.users = needed ? 1 : 0;
  const keeps = !net.kernel.has('defrag-ends-with-conntrack');
  net.conntrack.defrags = needed || (net.conntrack.defrags && keeps);
}

function apply(net: Net, table: IptTable, command: IptablesCommand): boolean {
  const chain = table.chains.find(({ name }) => name === command.chain);
  if (!chain) return false;
  if ('rule' in command && !targetExists(table, command.rule.target)) return false;
  switch (command.op) {
    case 'append':
      chain.rules.push(loadRule(backendOf(net), net, command.rule));
      return true;
    case 'insert':
      if (command.position < 1 || command.position > chain.rules.length + 1) return false;
      chain.rules.splice(command.position - 1, 0, loadRule(backendOf(net), net, command.rule));
      return true;
    case 'replace':
      return replaceAt(chain, command.position, [loadRule(backendOf(net), net, command.rule)]);
    case 'delete':
      return replaceAt(chain, command.position, []);
    case 'flush':
      chain.rules = [];
      return true;
    case 'policy':
      // The tool refuses to filter in nat; what a restored table says it does not look at.
      if (!chain.policy || (command.table === 'nat' && command.policy === 'DROP')) return false;
      chain.policy = command.policy;
      return true;
  }
}

function replaceAt(chain: IptChain, position: number, rules: IptRule[]): boolean {
  if (position < 1 || position > chain.rules.length) return false;
  chain.rules.splice(position - 1, 1, ...rules);
  return true;
}

function targetExists(table: IptTable, target: Rule['target']): boolean {
  if (target?.kind !== 'jump' && target?.kind !== 'goto') return true;
  return table.chains.some(({ name, policy }) => name === target.chain && policy === undefined);
}
