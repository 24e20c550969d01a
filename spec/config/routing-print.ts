import { type AddressStyle, printAddress } from './address-text.ts';
import { type AddedRoute, type PolicyRule, type Prefix, type RoutingEntry, TABLES } from './routing.ts';

/** The lines that `parseRouting` reads, each a command for iproute2. */
export function printRouting(entries: readonly RoutingEntry[], style: AddressStyle): string {
  return entries.map((entry) => `${routingWords(entry, style).join(' ')}\n`).join('');
}

/** `ip rule add …`, `ip route add …` */
function routingWords(entry: RoutingEntry, style: AddressStyle): string[] {
  const words = entry.kind === 'rule' ? ruleWords(entry, style) : routeWords(entry, style);
  return ['ip', entry.kind, 'add', ...words];
}

function ruleWords({ from, to, mark, iif, priority, action }: PolicyRule, style: AddressStyle): string[] {
  return [
    ...(from ? ['from', printPrefix(from, style)] : []),
    ...(to ? ['to', printPrefix(to, style)] : []),
    ...(mark ? ['fwmark', printMark(mark)] : []),
    ...(iif === undefined ? [] : ['iif', iif]),
    ...(priority === undefined ? [] : ['priority', `${priority}`]),
    ...(typeof action === 'string' ? [action] : ['lookup', printTable(action.table)]),
  ];
}

function routeWords({ type, prefix, via, device, table }: AddedRoute, style: AddressStyle): string[] {
  return [
    ...(type === 'unicast' ? [] : [type]),
    printPrefix(prefix, style),
    ...(via === undefined ? [] : ['via', printAddress(via, style)]),
    ...(device === undefined ? [] : ['dev', device]),
    ...['table', printTable(table)],
  ];
}

function printPrefix({ address, length }: Prefix, style: AddressStyle): string {
  if (length === 32) return printAddress(address, style);
  return length === 0 ? '0.0.0.0/0' : `${printAddress(address, 'numeric')}/${length}`;
}

function printMark({ value, mask }: { readonly value: number; readonly mask: number }): string {
  const hex = (bits: number) => `0x${bits.toString(16)}`;
  return mask === 0xffffffff && value !== 0 ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

function printTable(table: number): string {
  return Object.entries(TABLES).find(([, number]) => number === table)?.[0] ?? `${table}`;
}
