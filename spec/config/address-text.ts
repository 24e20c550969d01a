import { formatIpv4, type Ipv4, parseIpv4 } from '../wire/address.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import { type Place, TextError } from './text-error.ts';
import { ADDRESS_NAMES, TWO_ARMED } from './topology.ts';
import type { Word } from './words.ts';

/** Real tools get numbers; people get the names of the topology where there is one. */
export type AddressStyle = 'numeric' | 'named';

/** Of several names for one address the last in ADDRESS_NAMES is the full one (CIP1); only the VIP goes by its short name. */
const NAME_OF: ReadonlyMap<Ipv4, string> = new Map([
  ...[...ADDRESS_NAMES].map(([name, address]) => [address, name] as const),
  [ADDRESS_NAMES.get('VIP')!, 'VIP'],
]);

/** What complaints name; where there are more hosts of a kind, they are counted on. */
export const USUAL_NAMES: readonly string[] = [
  ...['VIP', 'DIP', 'EXT'],
  ...[...TWO_ARMED.vips.slice(1), ...TWO_ARMED.hosts].map(({ name }) => name),
];

const ALLOWED = `a dotted IPv4 address or one of ${USUAL_NAMES.join(' ')}`;

export function printAddress(address: Ipv4, style: AddressStyle): string {
  return (style === 'named' && NAME_OF.get(address)) || formatIpv4(address);
}

export function parseAddress(word: Word): Ipv4 {
  const address = ADDRESS_NAMES.get(word.text) ?? parseIpv4(word.text);
  if (address !== undefined) return address;
  refuseIpv6(word);
  throw new TextError(word, `"${word.text}" is no address`, {
    allowed: ALLOWED,
    ...hint(didYouMean(word.text, ADDRESS_NAMES.keys())),
  });
}

/** Also one in brackets, and what of it stands before a slash or a port. */
const IPV6 = /^\[?[\da-f]*:[\da-f]*:/i;

function refuseIpv6(word: Word): void {
  if (IPV6.test(word.text)) throw ipv6Error(word, `"${word.text}"`);
}

export function ipv6Error(place: Place, what: string): TextError {
  return new TextError(place, `${what} is of IPv6, which is not modelled`, {
    hint: 'remove what is of IPv6, services with all their servers',
  });
}

export function printEndpoint(end: { address: Ipv4; port: number }, style: AddressStyle): string {
  return `${printAddress(end.address, style)}:${end.port}`;
}

/** `VIP:80`; the port may be left out where `defaultPort` says what it then is, and be 0 where that means any. */
export function parseEndpoint(
  word: Word,
  { defaultPort, anyPort = false }: { readonly defaultPort?: number; readonly anyPort?: boolean } = {},
): { address: Ipv4; port: number } {
  refuseIpv6(word);
  const colon = word.text.indexOf(':');
  if (colon < 0 && defaultPort !== undefined) return { address: parseAddress(word), port: defaultPort };
  if (colon < 0)
    throw new TextError(word, `"${word.text}" has no port`, { allowed: 'ADDRESS:PORT, as in VIP:80' });
  const port = { ...word, text: word.text.slice(colon + 1), column: word.column + colon + 1 };
  return {
    address: parseAddress({ ...word, text: word.text.slice(0, colon) }),
    port: parseNumber(port, 'port', { min: anyPort ? 0 : 1, max: 65535 }),
  };
}

/** Optional properties must be absent, not undefined. */
export function hint(text: string | undefined): { hint?: string } {
  return text === undefined ? {} : { hint: text };
}
