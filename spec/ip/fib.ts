import {
  type AddedRoute,
  type PolicyRule,
  type Refusal,
  type RoutingEntry,
  TABLES,
} from '../config/routing.ts';
import type { Topology } from '../config/topology.ts';
import type { Net } from '../state.ts';
import { type Ipv4, parseIpv4, prefixMask } from '../wire/address.ts';
import type { Fib, FibError, FibRoute, FibRule, Flow } from './route-types.ts';

const ANY = { address: 0, length: 0 };

/** The routes that follow from the links' addresses, the rules that every director has, and what its administrator adds. */
export function newFib(topology: Topology, routing: readonly RoutingEntry[]): Fib {
  const routes = ofTopology(topology);
  const rules = standardRules();
  for (const entry of routing) {
    if (entry.kind === 'rule') addRule(rules, entry);
    else routes.push(added(entry));
  }
  const merged = rules.length > STANDARD ? undefined : inTables(routes, [TABLES.local, TABLES.main]);
  const names = new Set(routes.map(({ table }) => table));
  return { rules, tables: new Map([...names].map((table) => [table, inTables(routes, [table])])), merged };
}

const STANDARD = 3;

/** net/ipv4/fib_rules.c, fib_default_rules_init */
function standardRules(): FibRule[] {
  return [
    newRule(0, { action: { table: TABLES.local } }),
    newRule(32766, { action: { table: TABLES.main } }),
    newRule(32767, { action: { table: TABLES.default } }),
  ];
}

/** net/ipv4/fib_frontend.c, fib_add_ifaddr */
function ofTopology({ links, vips }: Topology): FibRoute[] {
  const routes = [local(LOOPBACK_NETWORK, 8, 'lo')];
  for (const { address, prefixLength, device } of links) {
    routes.push(local(address, 32, device));
    const network = (address & prefixMask(prefixLength)) >>> 0;
    const { main } = TABLES;
    routes.push({ table: main, type: 'unicast', network, length: prefixLength, device, gateway: undefined });
  }
  for (const { address } of vips) routes.push(local(address, 32, links[0]!.device));
  return routes;
}

const LOOPBACK_NETWORK = parseIpv4('127.0.0.0')!;

function local(network: Ipv4, length: number, device: string): FibRoute {
  return { table: TABLES.local, type: 'local', network, length, device, gateway: undefined };
}

/** `ip route add` */
function added({ type, prefix, via, device = '', table }: AddedRoute): FibRoute {
  return { table, type, network: prefix.address, length: prefix.length, device, gateway: via };
}

/** The routes of some tables, longest prefixes first; of the same length table by table, what was added first before others. */
function inTables(routes: readonly FibRoute[], tables: readonly number[]): readonly FibRoute[] {
  const chosen = tables.flatMap((id) => routes.filter(({ table }) => table === id));
  return chosen.sort((a, b) => b.length - a.length);
}

/** `ip rule add`: without a priority right before what is second now (net/core/fib_rules.c, fib_default_rule_pref). */
function addRule(rules: FibRule[], rule: PolicyRule): void {
  const priority = rule.priority ?? rules[1]!.priority - 1;
  const behind = rules.findIndex((other) => other.priority > priority);
  rules.splice(behind < 0 ? rules.length : behind, 0, newRule(priority, rule));
}

function newRule(priority: number, rule: Omit<PolicyRule, 'kind'>): FibRule {
  const { from = ANY, to = ANY, mark, iif, action } = rule;
  return { priority, from, to, mark, iif, action };
}

/** Where a packet goes, or why nowhere (include/net/ip_fib.h, fib_lookup). */
export function fibLookup(net: Net, flow: Flow): FibRoute | FibError {
  const { fib } = net;
  if (fib.merged) return withoutRules(net, fib.merged, flow);
  for (const rule of fib.rules) {
    if (!ruleMatches(rule, flow)) continue;
    const { action } = rule;
    if (typeof action === 'string') return RULE_ERRORS[action];
    const found = tableLookup(fib.tables.get(action.table), flow);
    if (found && found.type !== 'throw') return settled(found);
  }
  return 'ENETUNREACH';
}

/** Nobody has ever added a rule: main, which local is part of, then default. Older kernels ask that also where main refuses. */
function withoutRules({ fib, kernel }: Net, merged: readonly FibRoute[], flow: Flow): FibRoute | FibError {
  const inMain = tableLookup(merged, flow);
  const found = inMain && inMain.type !== 'throw' ? settled(inMain) : undefined;
  const byDefault = fib.tables.get(TABLES.default);
  const isFinal = !byDefault || kernel.has('fib-refusal-is-final');
  if (found && (typeof found === 'object' || isFinal)) return found;
  const inDefault = tableLookup(byDefault, flow);
  return inDefault ? settled(inDefault) : 'ENETUNREACH';
}

/** net/ipv4/fib_semantics.c, fib_props */
function settled(route: FibRoute): FibRoute | FibError {
  switch (route.type) {
    case 'unicast':
    case 'local':
      return route;
    case 'unreachable':
      return 'EHOSTUNREACH';
    case 'prohibit':
      return 'EACCES';
    case 'blackhole':
      return 'EINVAL';
    case 'throw':
      return 'ENETUNREACH';
  }
}

/** net/ipv4/fib_rules.c, fib4_rule_action: of a rule, unreachable means the network, not the host. */
const RULE_ERRORS: Readonly<Record<Refusal, FibError>> = {
  unreachable: 'ENETUNREACH',
  prohibit: 'EACCES',
  blackhole: 'EINVAL',
};

/** fib_rule_match, fib4_rule_match */
function ruleMatches({ from, to, mark, iif }: FibRule, flow: Flow): boolean {
  return (
    (iif === undefined || iif === flow.iif) &&
    (!mark || ((flow.mark ^ mark.value) & mark.mask) === 0) &&
    isWithin(flow.destination, to.address, to.length) &&
    isWithin(flow.source, from.address, from.length)
  );
}

/** The longest prefix whose route may be taken (net/ipv4/fib_trie.c, fib_table_lookup). */
function tableLookup(
  routes: readonly FibRoute[] | undefined,
  { destination, oif }: Flow,
): FibRoute | undefined {
  return routes?.find(
    ({ network, length, device }) =>
      isWithin(destination, network, length) && (oif === undefined || device === '' || device === oif),
  );
}

function isWithin(address: Ipv4, network: Ipv4, length: number): boolean {
  return length === 0 || (address ^ network) >>> (32 - length) === 0;
}

/** Whether the local table says that an address is the director's (fib_frontend.c, inet_addr_type). */
export function isLocalAddress({ fib }: Net, address: Ipv4): boolean {
  for (const { network, length, type } of fib.merged ?? fib.tables.get(TABLES.local)!)
    if (isWithin(address, network, length)) return type === 'local';
  return false;
}
