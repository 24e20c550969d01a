import type { Kernel } from '../kernel.ts';
import type { Ipv4 } from '../wire/address.ts';

/** An address and a port in a line, and where they stand in it. */
export interface FtpAddress {
  readonly address: Ipv4;
  readonly port: number;
  readonly start: number;
  readonly end: number;
}

/** Where to look: behind a word, the character that comes before the numbers skipped. */
export interface FtpPattern {
  readonly word: string;
  readonly skip: string;
}

/** What the line begins with, whatever the case, and where the numbers begin; undefined when the line ends before. */
function startOf(text: string, { word, skip }: FtpPattern, orDigit: boolean): number | undefined {
  if (text.slice(0, word.length).toUpperCase() !== word) return undefined;
  let found = false;
  for (let at = word.length; at < text.length; at += 1) {
    if (!found && orDigit && isDigit(text[at]!)) return at;
    if (!found) found = text[at] === skip;
    else if (text[at] !== skip) return at;
  }
  return undefined;
}

/** `PORT 10,0,0,2,20,1`, `227 … (192,168,1,11,40,1)` (ip_vs_ftp_get_addrport, the old format). */
export function readAddress(kernel: Kernel, text: string, pattern: FtpPattern): FtpAddress | undefined {
  const start = startOf(text, pattern, true);
  if (start === undefined) return undefined;
  const numbers = [0];
  for (let end = start; end < text.length; end += 1) {
    const character = text[end]!;
    const last = numbers.length - 1;
    if (isDigit(character)) {
      const value = numbers[last]! * 10 + Number(character);
      if (value > 255 && kernel.has('ipvs-ftp-checks-numbers')) return undefined;
      numbers[last] = value & 0xff;
    } else if (character === ',' && last < 5) numbers.push(0);
    else if (last < 5) return undefined;
    else {
      const [a, b, c, d, high, low] = numbers as [number, number, number, number, number, number];
      const address = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      return { address, port: (high << 8) | low, start, end };
    }
  }
  return undefined;
}

/**
 * `EPRT |1|10.0.0.2|5121|`, and `229 … (|||10241|)`, which may leave out the address: then it is `own` (the
 * extended format). Any character may delimit.
 */
export function readExtended(
  kernel: Kernel,
  text: string,
  pattern: FtpPattern,
  own?: Ipv4,
): FtpAddress | undefined {
  const start = startOf(text, pattern, false);
  if (start === undefined) return undefined;
  const delimiter = text[start]!;
  if (delimiter <= ' ' || delimiter > '~') return undefined;
  const short = text.startsWith(delimiter.repeat(2), start + 1);
  if (short)
    return own === undefined ? undefined : withPort(kernel, text, own, { start, at: start + 3, delimiter });
  if (!text.startsWith(`1${delimiter}`, start + 1)) return undefined;
  const address = readDotted(text, start + 3, delimiter);
  if (!address || text[address.end] !== delimiter) return undefined;
  return withPort(kernel, text, address.value, { start, at: address.end + 1, delimiter });
}

function withPort(
  kernel: Kernel,
  text: string,
  address: Ipv4,
  { start, at, delimiter }: { start: number; at: number; delimiter: string },
): FtpAddress | undefined {
  let port = 0;
  let end = at;
  for (; end < text.length && isDigit(text[end]!); end += 1) {
    port = port * 10 + Number(text[end]);
    if (port > 0xffff && kernel.has('ipvs-ftp-checks-numbers')) return undefined;
    port &= 0xffff;
  }
  if (port === 0 || text[end] !== delimiter) return undefined;
  return { address, port, start, end: end + 1 };
}

/** A dotted address up to the delimiter; a colon ends it too (net/core/utils.c, in4_pton). */
function readDotted(text: string, at: number, delimiter: string): { value: Ipv4; end: number } | undefined {
  const octets: number[] = [];
  let digits = '';
  for (let end = at; end < text.length; end += 1) {
    const character = text[end]!;
    const ends = character === delimiter || character === ':' || character === '\0';
    if (ends || character === '.') {
      if (digits === '' || Number(digits) > 255) return undefined;
      octets.push(Number(digits));
      digits = '';
      if (ends) return octets.length === 4 ? { value: joined(octets), end } : undefined;
      if (octets.length === 4) return undefined;
    } else if (isDigit(character)) digits += character;
    else return undefined;
  }
  return undefined;
}

function joined(octets: readonly number[]): Ipv4 {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
