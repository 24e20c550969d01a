import { usualLength, withAddresses } from '../../spec/config/named-text.ts';
import { formatIpv4, type Ipv4, parseIpv4 } from '../../spec/wire/address.ts';
import { addressOf, type Casting } from './casting.ts';
import { isAboutData } from './ftp-control.ts';

/** FTP's lines have addresses in them, and those of the cast are others. */

/** Who says a line, by the address in the capture. */
export interface Speaker {
  readonly address: Ipv4;
  readonly from: 'client' | 'server';
}

const ADDRESS = /\b(\d{1,3})([.,])(\d{1,3})\2(\d{1,3})\2(\d{1,3})\b/g;

/** By its length: addresses that nobody has, for documentation, benchmarks or private networks (RFC 5737, 2544, 1918). */
const NOBODY: Readonly<Record<number, string>> = {
  ...{ 8: '10.9.9.9', 9: '192.0.2.0', 10: '198.18.0.0', 11: '203.0.113.0', 12: '198.51.100.0' },
  ...{ 13: '198.51.100.10', 14: '198.51.100.100', 15: '192.168.100.100' },
};

/**
 * The text with names for the addresses in it, (`config/named-text`). An address of
 * nobody who takes part is nobody's there too, where it is about data connections; elsewhere it may be a version. Mostly it
 * is as long, since other segments may have other words at the same place of the stream.
 */
export function withNames(text: string, casting: Casting, speaker?: Speaker): string {
  const replaced = isAboutData(text);
  return text.replace(ADDRESS, (whole, a: string, separator: string, b: string, c: string, d: string) => {
    const address = parseIpv4([a, b, c, d].join('.'));
    if (address === undefined) return whole;
    const role = casting.roles.get(address)?.name;
    const name = address === speaker?.address && isSelf(role, speaker) ? 'self' : role;
    if (name !== undefined) return `{${name}${separator === ',' ? ',' : ''}}`;
    const there = addressOf(casting, address);
    if (!replaced || there === address) return whole;
    return (NOBODY[whole.length] ?? formatIpv4(there)).replaceAll('.', separator);
  });
}

/** A real server that calls has an address that is longer than a client's, and a line has room for the usual one. */
function isSelf(role: string | undefined, { from }: Speaker): boolean {
  return role === undefined || usualLength(`{${role}}`, from) === usualLength('{self}', from);
}

/** The beginning of an address, or of a port, where a segment ends within it. */
const BEGUN = /\d[\d.,]*$/;

/** The text without what an address begins with that is not all there: nobody understands it anyway. */
export const withoutBegun = (text: string): string =>
  text.replace(BEGUN, (begun) => begun.replaceAll(/\d/g, '0'));

/** The text as the cast would say it. */
export function recastText(text: string, casting: Casting): string {
  return withAddresses(withNames(text, casting), 0);
}
