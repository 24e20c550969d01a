import { type PolicyRule, type Refusal, type RoutingEntry, TABLES } from '../config/routing.ts';
import type { Topology } from '../config/topology.ts';
import type { Net } from '../state.ts';
import { type Ipv4, parseIpv4, prefixMask } from '../wire/address.ts';
import type { Fib, FibError, FibRoute, FibRule, Flow } from './route-types.ts';

const ANY_LENGTH = { address: 0, length: 0 };

/** The routes that follow from the links' addresses, the rules that every director has, and what its administrator adds. */
export function newFib(topology: Topology, routing: readonly RoutingEntry[]): Fib {
  const fib: Fib = { rules: standardRules(), tables: new Map(), merged: [] };
  for (const [table, route] of ofTopology(topology)) addRoute(fib, table, route);
  for (const entry of routing) {
    if (entry.kind === 'rule') addRule(fib, entry);
    else {
      const { type, prefix, via, device = '', table } = entry;
      addRoute(fib, table, { type, network: prefix.address, length: prefix.length, device, gateway: via });
    }
  }
  return fib;
}

/** net/ipv4/fib_rules.c, fib_default_rules_init */
function standardRules(): FibRule[] {
  const rule = (priority: number, table: number): FibRule => ({ kind: 'rule', priority, action: { table } });
  return [rule(0, TABLES.local), rule(32766, TABLES.main), rule(32767, TABLES.default)];
}

/** net/ipv4/fib_frontend.c, fib_add_ifaddr */
function* ofTopology({ links, vips }: Topology): Iterable<[number, FibRoute]> {
  const local = (network: Ipv4, length: number, device: string): [number, FibRoute] => [
    TABLES.local,
    { type: 'local', network, length, device, gateway: undefined },
  ];
  yield local(parseIpv4('127.0.0.0')!, 8, 'lo');
  for (const { address, prefixLength, device } of links) {
    yield local(address, 32, device);
    const network = (address & prefixMask(prefixLength)) >>> 0;
    yield [TABLES.main, { type: 'unicast', network, length: prefixLength, device, gateway: undefined }];
  }
  for (const { address } of vips) yield local(address, 32, links[0]!.device);
}

/** `ip route add` */
function addRoute(fib: Fib, table: number, route: FibRoute): void {
  const routes = [...(fib.tables.get(table) ?? []), route];
  fib.tables.set(table, longestFirst(routes));
  if (fib.merged)
    fib.merged = longestFirst([TABLES.local, TABLES.main].flatMap((id) => fib.tables.get(id) ?? []));
}

const longestFirst = (routes: readonly FibRoute[]): readonly FibRoute[] =>
  routes.toSorted((a, b) => b.length - a.length);

/** `ip rule add`: without a priority right before what is second now (net/core/fib_rules.c, fib_default_rule_pref). */
function addRule(fib: Fib, rule: PolicyRule): void {
  const priority = rule.priority ?? fib.rules[1]!.priority - 1;
  const behind = fib.rules.findIndex((other) => other.priority > priority);
  fib.rules.splice(behind < 0 ? fib.rules.length : behind, 0, { ...rule, priority });
  fib.merged = undefined;
}

/** Where a packet goes, or why nowhere (include/net/ip_fib.h, fib_lookup). */
export function fibLookup({ fib }: Net, flow: Flow): FibRoute | FibError {
  if (fib.merged) return withoutRules(fib, fib.merged, flow);
  for (const rule of fib.rules) {
    if (!ruleMatches(rule, flow)) continue;
    const { action } = rule;
    if (typeof action === 'string') return RULE_ERRORS[action];
    const found = tableLookup(fib.tables.get(action.table), flow);
    if (found && found.type !== 'throw') return settled(found);
  }
  return 'ENETUNREACH';
}

/** Nobody has ever added a rule: main, which local is part of, then default. What refuses in the one is asked of the other. */
function withoutRules({ tables }: Fib, merged: readonly FibRoute[], flow: Flow): FibRoute | FibError {
  const inMain = tableLookup(merged, flow);
  const found = inMain && settled(inMain);
  if (typeof found === 'object') return found;
  const others = tables.get(TABLES.default);
  if (!others) return found ?? 'ENETUNREACH';
  const inDefault = tableLookup(others, flow);
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
function ruleMatches({ from = ANY_LENGTH, to = ANY_LENGTH, mark, iif }: PolicyRule, flow: Flow): boolean {
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
