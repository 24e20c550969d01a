import { type AddressStyle, parseAddress, printAddress } from './address-text.ts';
import { parseNumber } from './number-text.ts';
import type { NatRange, NatTarget, PortRange } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** Where NAT may lead, as iptables writes it (libxt_NAT.c, parse_to): `VIP`, `VIP1-VIP2`, `VIP:80`, `:1024-2047`. */

const PORT = { min: 1, max: 65535 };

/** What `--to-source` and `--to-destination` take. */
export function parseNatRange(word: Word): NatRange {
  const [addresses, ports] = halves(word, ':');
  if (!ports) return { addresses: parseAddresses(addresses) };
  if (addresses.text === '') return { ports: parseNatPorts(ports) };
  return { addresses: parseAddresses(addresses), ports: parseNatPorts(ports) };
}

/** What `--to-ports` takes. */
export function parseNatPorts(word: Word): PortRange {
  const [from, to = from] = halves(word, '-');
  const range = { first: parseNumber(from, 'port', PORT), last: parseNumber(to, 'port', PORT) };
  return inOrder(word, range, 'ports');
}

export function natTargetWords({ kind, to }: NatTarget, style: AddressStyle): string[] {
  const { addresses, ports, chance, persistent } = to;
  const options = [...(chance ? [`--${chance}`] : []), ...(persistent ? ['--persistent'] : [])];
  if (kind === 'MASQUERADE' || kind === 'REDIRECT')
    return [...(ports ? ['--to-ports', portsWord(ports)] : []), ...options];
  const places = addresses ? addressesWord(addresses, style) : '';
  const option = kind === 'SNAT' ? '--to-source' : '--to-destination';
  return [option, ports ? `${places}:${portsWord(ports)}` : places, ...options];
}

function parseAddresses(word: Word): NonNullable<NatRange['addresses']> {
  const [from, to = from] = halves(word, '-');
  return inOrder(word, { first: parseAddress(from), last: parseAddress(to) }, 'addresses');
}

function inOrder<T extends { readonly first: number; readonly last: number }>(
  word: Word,
  range: T,
  what: string,
): T {
  if (range.first <= range.last) return range;
  throw new TextError(word, `"${word.text}" is no range of ${what}`, {
    allowed: 'FIRST-LAST, the smaller first',
  });
}

function portsWord({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function addressesWord({ first, last }: NonNullable<NatRange['addresses']>, style: AddressStyle): string {
  const begin = printAddress(first, style);
  return first === last ? begin : `${begin}-${printAddress(last, style)}`;
}

/** A word in two at the first separator, each half with its place. */
function halves(word: Word, separator: string): [Word, Word | undefined] {
  const at = word.text.indexOf(separator);
  if (at < 0) return [word, undefined];
  return [
    { ...word, text: word.text.slice(0, at) },
    { ...word, text: word.text.slice(at + 1), column: word.column + at + 1 },
  ];
}
