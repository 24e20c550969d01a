import type { Ruleset, Target } from '../config/rules.ts';
import { length, type Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import type { Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';
import { ruleMatches } from './matches.ts';
import { reject } from './reject.ts';
import type { Counter, FilterChain, FilterTable } from './types.ts';

const CHAIN_OF_HOOK: Partial<Record<Hook, string>> = {
  NF_INET_LOCAL_IN: 'INPUT',
  NF_INET_FORWARD: 'FORWARD',
  NF_INET_LOCAL_OUT: 'OUTPUT',
};

/** The table that a ruleset loads, all counters zero. */
export function loadFilter(ruleset: Ruleset): FilterTable | undefined {
  const table = ruleset.tables.find(({ name }) => name === 'filter');
  if (!table) return undefined;
  return {
    chains: table.chains.map(({ name, policy, rules }) => ({
      name,
      policy,
      policyCounter: { packets: 0, bytes: 0 },
      rules: rules.map((rule) => ({ rule, counter: { packets: 0, bytes: 0 } })),
    })),
  };
}

/** Whether any rule looks at the connection: only then does conntrack run at all (nf_ct_netns_get). */
export function needsConntrack(table: FilterTable | undefined): boolean {
  return (table?.chains ?? []).some(({ rules }) =>
    rules.some(({ rule }) => rule.matches.some(({ kind }) => kind === 'state' || kind === 'conntrack')),
  );
}

/** Walks a packet through the chain of its hook (net/ipv4/netfilter/ip_tables.c, ipt_do_table). */
export function filterHook(net: Net, skb: Skb, hook: Hook): Verdict {
  const table = net.filter!;
  const chain = chainOf(table, CHAIN_OF_HOOK[hook]!);
  // LOCAL_IN and FORWARD know where a packet came from, FORWARD and LOCAL_OUT where it goes.
  const inDevice = hook === 'NF_INET_LOCAL_OUT' ? '' : skb.inDevice;
  const outDevice = hook === 'NF_INET_LOCAL_IN' ? '' : skb.outDevice;
  const result = walk(net, table, chain, skb, { hook, inDevice, outDevice });
  if (result !== 'RETURN') return result === 'ACCEPT' ? 'NF_ACCEPT' : 'NF_DROP';
  count(chain.policyCounter, skb);
  note(net, hook, `iptable_filter ${chain.name}`, '', () => `policy ${chain.policy}`);
  return chain.policy === 'ACCEPT' ? 'NF_ACCEPT' : 'NF_DROP';
}

interface Place {
  readonly hook: Hook;
  readonly inDevice: string;
  readonly outDevice: string;
}

/** One chain's rules from the top. RETURN: its end was reached, or a rule said so. */
function walk(
  net: Net,
  table: FilterTable,
  chain: FilterChain,
  skb: Skb,
  place: Place,
): 'ACCEPT' | 'DROP' | 'RETURN' {
  for (const [index, { rule, counter }] of chain.rules.entries()) {
    if (!ruleMatches(rule, skb, place.inDevice, place.outDevice)) continue;
    count(counter, skb);
    if (!rule.target) continue;
    const { target } = rule;
    note(net, place.hook, `iptable_filter ${chain.name}`, '', () => `rule ${index + 1}: ${wording(target)}`);
    switch (target.kind) {
      case 'ACCEPT':
      case 'DROP':
      case 'RETURN':
        return target.kind;
      case 'REJECT':
        reject(net, skb, target.with);
        return 'DROP';
      case 'jump': {
        const result = walk(net, table, chainOf(table, target.chain), skb, place);
        if (result !== 'RETURN') return result;
        break;
      }
      case 'goto':
        return walk(net, table, chainOf(table, target.chain), skb, place);
    }
  }
  return 'RETURN';
}

function chainOf(table: FilterTable, name: string): FilterChain {
  return table.chains.find((chain) => chain.name === name)!;
}

function count(counter: Counter, skb: Skb): void {
  counter.packets += 1;
  counter.bytes += length(skb);
}

function wording(target: Target): string {
  if (target.kind === 'REJECT') return `REJECT --reject-with ${target.with}`;
  return target.kind === 'jump' || target.kind === 'goto' ? `${target.kind} ${target.chain}` : target.kind;
}
