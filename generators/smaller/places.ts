import type { AdminCommand } from '../../spec/config/commands.ts';
import type { Prefix, RoutingEntry } from '../../spec/config/routing.ts';
import type {
  AddressMatch,
  CtAsk,
  IpvsAsk,
  Match,
  PortRange,
  Rule,
  Ruleset,
  Target,
} from '../../spec/config/rules.ts';
import type { ServiceKey } from '../../spec/config/services.ts';
import type { Scenario, TimelineItem } from '../../spec/scenario.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';

/** What addresses and ports are called instead. */
export interface Renaming {
  readonly address: (address: Ipv4) => Ipv4;
  readonly port: (port: number) => number;
}

interface Place {
  readonly address: Ipv4;
  readonly port: number;
}

/** The scenario with every address and port renamed, wherever it stands. */
export function renamed(scenario: Scenario, renaming: Renaming): Scenario {
  const place = <T extends Place>(at: T): T => ({
    ...at,
    address: renaming.address(at.address),
    port: renaming.port(at.port),
  });
  const rule = (one: Rule) => renamedRule(one, renaming);
  const { services, rules, routing } = scenario.director;
  return {
    ...scenario,
    director: {
      ...scenario.director,
      services: services.map((service) => ({
        ...renamedService(service, place),
        dests: service.dests.map((dest) => renamedDest(dest, service, renaming)),
      })),
      rules: renamedRuleset(rules, renaming),
      ...(routing && { routing: routing.map((entry) => renamedEntry(entry, renaming)) }),
    },
    flows: Object.fromEntries(
      Object.entries(scenario.flows).map(([name, flow]) => [
        name,
        { ...flow, client: place(flow.client), service: place(flow.service) },
      ]),
    ),
    timeline: scenario.timeline.map((item) => renamedItem(item, renaming, { place, rule })),
  };
}

/** Networks and routers keep their names. */
function renamedEntry(entry: RoutingEntry, { address }: Renaming): RoutingEntry {
  const named = (prefix: Prefix): Prefix =>
    prefix.length === 32 ? { ...prefix, address: address(prefix.address) } : prefix;
  if (entry.kind === 'route') return { ...entry, prefix: named(entry.prefix) };
  const { from, to } = entry;
  return { ...entry, ...(from && { from: named(from) }), ...(to && { to: named(to) }) };
}

/** A dest of a service by mark may have no port of its own. */
function renamedDest<T extends Place>(dest: T, service: ServiceKey, { address, port }: Renaming): T {
  const keeps = service.protocol === 'fwm' && dest.port === 0;
  return { ...dest, address: address(dest.address), port: keeps ? 0 : port(dest.port) };
}

/** A service by mark has neither address nor port. */
function renamedService<T extends ServiceKey>(service: T, place: <P extends Place>(at: P) => P): T {
  return service.protocol === 'fwm' ? service : place(service);
}

export function renamedRuleset({ tables }: Ruleset, renaming: Renaming): Ruleset {
  return {
    tables: tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({
        ...chain,
        rules: chain.rules.map((rule) => renamedRule(rule, renaming)),
      })),
    })),
  };
}

function renamedItem(
  item: TimelineItem,
  renaming: Renaming,
  { place, rule }: { place: <T extends Place>(at: T) => T; rule: (one: Rule) => Rule },
): TimelineItem {
  if (item.kind !== 'do') return item;
  const { command } = item;
  return {
    ...item,
    command: {
      ...command,
      ...('service' in command && command.service && { service: renamedService(command.service, place) }),
      ...('dest' in command && { dest: renamedDest(command.dest, command.service, renaming) }),
      ...('rule' in command && { rule: rule(command.rule) }),
    } as AdminCommand,
  };
}

function renamedRule(rule: Rule, renaming: Renaming): Rule {
  return {
    ...rule,
    ...(rule.source && { source: renamedAddress(rule.source, renaming) }),
    ...(rule.destination && { destination: renamedAddress(rule.destination, renaming) }),
    matches: rule.matches.map((match) => renamedMatch(match, renaming)),
    ...(rule.target && { target: renamedTarget(rule.target, renaming) }),
  };
}

/** Where a translation leads to one place only; no port is called 0, as the one of a service for all ports is. */
function renamedTarget(target: Target, { address, port }: Renaming): Target {
  if (!('to' in target)) return target;
  const renamedOne = <T extends { first: number; last: number }>(
    one: T,
    name: (from: number) => number,
  ): T => {
    if (one.first !== one.last) return one;
    const renamed = name(one.first) || one.first;
    return { ...one, first: renamed, last: renamed };
  };
  const { addresses, ports } = target.to;
  return {
    ...target,
    to: {
      ...(addresses && { addresses: renamedOne(addresses, address) }),
      ...(ports && { ports: renamedOne(ports, port) }),
    },
  };
}

/** Networks keep their name: no address stands for one. */
function renamedAddress(match: AddressMatch, { address }: Renaming): AddressMatch {
  return match.mask === 0xffffffff ? { ...match, address: address(match.address) } : match;
}

function renamedAsk<T extends CtAsk | IpvsAsk>(ask: T, renaming: Renaming): T {
  if ('address' in ask) return { ...ask, ...renamedAddress(ask, renaming) };
  if ('port' in ask) return { ...ask, port: renaming.port(ask.port) };
  if (!('first' in ask) || ask.first !== ask.last) return ask;
  return { ...ask, first: renaming.port(ask.first), last: renaming.port(ask.last) };
}

function renamedMatch(match: Match, renaming: Renaming): Match {
  const { port } = renaming;
  const range = <T extends PortRange>(one: T): T =>
    one.first === one.last ? { ...one, first: port(one.first), last: port(one.last) } : one;
  if (match.kind === 'multiport') return { ...match, ports: match.ports.map(range) };
  if (match.kind === 'conntrack' && match.asks)
    return { ...match, asks: match.asks.map((ask) => renamedAsk(ask, renaming)) };
  if (match.kind === 'ipvs' && match.asks)
    return { ...match, asks: match.asks.map((ask) => renamedAsk(ask, renaming)) };
  if (match.kind !== 'tcp') return match;
  return {
    ...match,
    ...(match.sport && { sport: range(match.sport) }),
    ...(match.dport && { dport: range(match.dport) }),
  };
}
