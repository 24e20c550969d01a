import { formatIpv4, type Ipv4 } from '../wire/address.ts';
import { ADDRESS_NAMES } from './topology.ts';

/** `{RIP1}` is written as 192.168.1.11, `{RIP1,}` as FTP writes it: 192,168,1,11. */
const NAME = /\{([A-Za-z0-9]+)(,?)\}/g;

/** Whoever sends the text, with the address that it has on its own wire. */
const SENDER = 'self';

/** A text with the addresses in it that its names stand for; `self` is its sender's. */
export function withAddresses(text: string, self: Ipv4): string {
  return text.replace(NAME, (whole, name: string, comma: string) => {
    const address = name === SENDER ? self : ADDRESS_NAMES.get(name);
    if (address === undefined) return whole;
    return comma ? formatIpv4(address).replaceAll('.', ',') : formatIpv4(address);
  });
}

/** How long the text is when a host of the usual network sends it: all clients' addresses are as long, all real servers' too. */
export function usualLength(text: string, from: 'client' | 'server'): number {
  return withAddresses(text, ADDRESS_NAMES.get(from === 'client' ? 'CIP' : 'RIP')!).length;
}

/** The first thing in braces that is no name; undefined when all are. */
export function strangeName(text: string): string | undefined {
  return [...text.matchAll(NAME)].map((found) => found[1]!).find((name) => !NAMES_IN_TEXT.includes(name));
}

export const NAMES_IN_TEXT: readonly string[] = [SENDER, ...ADDRESS_NAMES.keys()];
