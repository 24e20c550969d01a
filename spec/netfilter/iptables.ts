import {
  type AddressMatch,
  type Match,
  NAT_TARGETS,
  type Rule,
  type Ruleset,
  type TableName,
  type Target,
} from '../config/rules.ts';
import { length, type Skb } from '../skb.ts';
import type { Backend, Net, Verdict } from '../state.ts';
import type { Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';
import { applyTarget, trackAs, wording } from './targets.ts';
import type {
  Clock,
  Counter,
  IptChain,
  IptRule,
  IptTable,
  IptTables,
  LimitState,
  LoadedMatch,
  Place,
  Template,
} from './types.ts';

const CHAIN_OF_HOOK: Readonly<Record<Hook, string>> = {
  NF_INET_PRE_ROUTING: 'PREROUTING',
  NF_INET_LOCAL_IN: 'INPUT',
  NF_INET_FORWARD: 'FORWARD',
  NF_INET_LOCAL_OUT: 'OUTPUT',
  NF_INET_POST_ROUTING: 'POSTROUTING',
};

/** The tables that a ruleset loads, all counters zero. */
export function loadTables(backend: Backend, clock: Clock, ruleset: Ruleset): IptTables {
  return new Map(
    ruleset.tables.map(({ name, chains }) => [
      name,
      {
        name,
        chains: chains.map(({ name, policy, rules }) => ({
          name,
          policy,
          policyCounter: newCounter(),
          rules: rules.map((rule) => loadRule(backend, clock, rule)),
        })),
      },
    ]),
  );
}

export function loadRule(backend: Backend, clock: Clock, rule: Rule): IptRule {
  const { source, destination, inInterface, outInterface, protocol, fragment, target } = rule;
  const loaded = {
    source: source && loadAddress(source),
    destination: destination && loadAddress(destination),
    inInterface,
    outInterface,
    protocol,
    fragment,
    matches: rule.matches.map((match) => loadMatch(backend, clock, match)),
    target,
    template: target?.kind === 'CT' && 'helper' in target ? { helper: target.helper, mark: 0 } : undefined,
  };
  return { rule: loaded, counter: newCounter(), tracks: looksAtConnections(rule) };
}

function loadAddress({ address, mask, inverted }: AddressMatch): AddressMatch {
  return { address, mask, inverted };
}

function loadMatch(backend: Backend, clock: Clock, match: Match): LoadedMatch {
  return { kind: match.kind, match, state: freshState(backend, clock, match) } as LoadedMatch;
}

/** What a match remembers when it has just been loaded. */
export function freshState(backend: Backend, clock: Clock, match: Match): LimitState | undefined {
  return match.kind === 'limit' ? backend.fullCredit(clock, match) : undefined;
}

const MATCHES_ON_CONNECTIONS: ReadonlySet<string> = new Set(['state', 'conntrack', 'connmark']);
const TARGETS_ON_CONNECTIONS: ReadonlySet<string> = new Set(['CONNMARK', ...NAT_TARGETS]);

function looksAtConnections({ matches, target }: Rule): boolean {
  return (
    TARGETS_ON_CONNECTIONS.has(target?.kind ?? '') ||
    (target?.kind === 'CT' && 'helper' in target) ||
    matches.some(({ kind }) => MATCHES_ON_CONNECTIONS.has(kind))
  );
}

/** Whether any rule looks at connections: only then does conntrack run at all (nf_ct_netns_get). */
export function needsConntrack(tables: IptTables): boolean {
  return [...tables.values()].some(({ chains }) =>
    chains.some(({ rules }) => rules.some(({ tracks }) => tracks)),
  );
}

/** Walks a packet through a table's chain of this hook (net/ipv4/netfilter/ip_tables.c, ipt_do_table). */
export function iptDoTable(net: Net, skb: Skb, hook: Hook, name: TableName): Verdict {
  const table = net.tables.get(name)!;
  const wanted = CHAIN_OF_HOOK[hook];
  const chain = table.chains.find(({ name }) => name === wanted);
  if (!chain) return 'NF_ACCEPT';
  const result = walk(net, table, chain, skb, placeAt(hook, skb));
  if (result !== 'RETURN') return result === 'ACCEPT' ? 'NF_ACCEPT' : 'NF_DROP';
  count(chain.policyCounter, skb);
  note(net, hook, `iptable_${name} ${chain.name}`, '', () => `policy ${chain.policy}`);
  return chain.policy === 'ACCEPT' ? 'NF_ACCEPT' : 'NF_DROP';
}

/**
 * The devices that a hook knows. A packet that has just come in has no way out yet; LOCAL_OUT does not say where a
 * packet came from, but POST_ROUTING does (ip_output), even of one that IPVS sent on.
 */
function placeAt(hook: Hook, skb: Skb): Place {
  return {
    hook,
    inDevice: hook === 'NF_INET_LOCAL_OUT' ? '' : skb.inDevice,
    outDevice: hook === 'NF_INET_PRE_ROUTING' || hook === 'NF_INET_LOCAL_IN' ? '' : skb.hookOut,
  };
}

/** One chain's rules from the top. RETURN: its end was reached, or a rule said so. */
function walk(
  net: Net,
  table: IptTable,
  chain: IptChain,
  skb: Skb,
  place: Place,
): 'ACCEPT' | 'DROP' | 'RETURN' {
  for (let index = 0; index < chain.rules.length; index += 1) {
    const { rule, counter } = chain.rules[index]!;
    if (!net.parts.ruleMatches(net, rule, skb, place)) {
      if (!skb.hotdrop) continue;
      noteRule(net, place, table, chain, index, 'hotdrop');
      return 'DROP';
    }
    count(counter, skb);
    if (!rule.target) continue;
    noteRule(net, place, table, chain, index, rule.target);
    const result = decide(net, table, rule.target, rule.template, skb, place);
    if (result !== 'CONTINUE') return result;
  }
  return 'RETURN';
}

function decide(
  net: Net,
  table: IptTable,
  target: Target,
  template: Template | undefined,
  skb: Skb,
  place: Place,
): 'ACCEPT' | 'DROP' | 'RETURN' | 'CONTINUE' {
  switch (target.kind) {
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
      return target.kind;
    case 'jump': {
      const result = walk(net, table, chainOf(table, target.chain), skb, place);
      return result === 'RETURN' ? 'CONTINUE' : result;
    }
    case 'goto':
      return walk(net, table, chainOf(table, target.chain), skb, place);
    case 'CT':
      trackAs(skb, template);
      return 'CONTINUE';
    default:
      return applyTarget(net, skb, target, place);
  }
}

/** Apart from the walk, which would have to make a closure for each rule. */
function noteRule(
  net: Net,
  { hook }: Place,
  table: IptTable,
  chain: IptChain,
  index: number,
  met: Target | 'hotdrop',
): void {
  if (!net.trace) return;
  const why = met === 'hotdrop' ? met : wording(met);
  note(net, hook, `iptable_${table.name} ${chain.name}`, '', () => `rule ${index + 1}: ${why}`);
}

function chainOf(table: IptTable, name: string): IptChain {
  return table.chains.find((chain) => chain.name === name)!;
}

export function newCounter(): Counter {
  return { packets: 0, bytes: 0, shown: undefined };
}

function count(counter: Counter, skb: Skb): void {
  counter.packets += 1;
  counter.bytes += length(skb);
}
