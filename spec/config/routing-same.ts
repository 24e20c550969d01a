import { prefixMask } from '../wire/address.ts';
import { type AddedRoute, type PolicyRule, type RoutingEntry, TABLES } from './routing.ts';
import { printRouting } from './routing-print.ts';
import { TWO_ARMED } from './topology.ts';

/** Whether there is such a rule or route already, so that ip would say "File exists". */
export function isThere(entries: readonly RoutingEntry[], added: RoutingEntry): boolean {
  return [...OF_LINKS, ...entries].some((other) => isSame(other, added));
}

/** What comes with the links' addresses. */
const OF_LINKS: readonly AddedRoute[] = [
  ...TWO_ARMED.links.map(({ address, prefixLength, device }): AddedRoute => {
    const prefix = { address: (address & prefixMask(prefixLength)) >>> 0, length: prefixLength };
    return { kind: 'route', type: 'unicast', prefix, device, table: TABLES.main };
  }),
  ...[...TWO_ARMED.links, ...TWO_ARMED.vips].map(({ address }): AddedRoute => {
    const prefix = { address, length: 32 };
    return { kind: 'route', type: 'local', prefix, device: 'lo', table: TABLES.local };
  }),
];

/**
 * Of routes table and prefix count; of a new rule that has a priority that, and its networks, if it names any: who
 * asks for everybody is there already when somebody asks for one (net/core/fib_rules.c, rule_exists;
 * net/ipv4/fib_rules.c, fib4_rule_compare).
 */
function isSame(one: RoutingEntry, added: RoutingEntry): boolean {
  if (one.kind === 'route') return added.kind === 'route' && identity(one) === identity(added);
  if (added.kind === 'route') return false;
  const { priority, ...rest } = added;
  const { priority: its, ...others } = one;
  if (priority === undefined) return textOf(rest) === textOf(others);
  const { from, to, ...anybody } = others;
  const asked = {
    ...anybody,
    ...(rest.from?.length && from && { from }),
    ...(rest.to?.length && to && { to }),
  };
  return priority === its && textOf(rest) === textOf(asked);
}

/** Whoever asks for everybody asks for nobody in particular. */
function textOf({ from, to, ...rest }: PolicyRule): string {
  const asked = { ...(from?.length && { from }), ...(to?.length && { to }) };
  return printRouting([{ ...rest, ...asked }], 'numeric');
}

const identity = ({ table, prefix }: AddedRoute): string => `${table} ${prefix.address}/${prefix.length}`;
