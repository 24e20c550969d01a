import type { Kernel } from '../kernel.ts';
import type { Ipv4 } from '../wire/address.ts';
import { type Direction, ORIGINAL } from './types.ts';

/** What an FTP line announces. */
export type FtpKind = 'PORT' | 'EPRT' | 'PASV' | 'EPSV';

/** An address and a port in a line, and where they stand in it. */
export interface FtpFound {
  readonly kind: FtpKind;
  readonly address: Ipv4;
  readonly port: number;
  readonly at: number;
  readonly length: number;
}

/** Numbers read, and how many characters they took; undefined when they are none. */
type Read = Pick<FtpFound, 'address' | 'port' | 'length'> & { readonly skipped?: number };

interface Search {
  readonly kind: FtpKind;
  readonly pattern: string;
  /** The first number comes behind this character. */
  readonly skip: string;
  read(text: string, own: Ipv4, checks: boolean): Read | undefined;
}

/** What either side says that matters, in the order in which it is looked for (nf_conntrack_ftp.c, search). */
const SEARCHES: readonly [readonly Search[], readonly Search[]] = [
  [
    { kind: 'PORT', pattern: 'PORT', skip: ' ', read: (text, _, checks) => readSix(text, '\r', checks) },
    { kind: 'EPRT', pattern: 'EPRT', skip: ' ', read: readEprt },
  ],
  [
    { kind: 'PASV', pattern: '227 ', skip: '', read: readPasv },
    { kind: 'EPSV', pattern: '229 ', skip: '(', read: readEpsv },
  ],
];

/**
 * What a line announces (find_pattern); `partial`: it seems to announce something and does not say all of it. `own`
 * is the address of who says it, if the line names none.
 */
export function searchFtp(
  kernel: Kernel,
  direction: Direction,
  text: string,
  own: Ipv4,
): FtpFound | 'partial' | undefined {
  const checks = kernel.has('conntrack-ftp-checks-numbers');
  for (const search of SEARCHES[direction === ORIGINAL ? 0 : 1]) {
    const found = findPattern(text, search, own, checks);
    if (found) return found;
  }
  return undefined;
}

function findPattern(
  text: string,
  { kind, pattern, skip, read }: Search,
  own: Ipv4,
  checks: boolean,
): FtpFound | 'partial' | undefined {
  const head = text.slice(0, pattern.length).toUpperCase();
  if (text.length <= pattern.length) return pattern.startsWith(head) ? 'partial' : undefined;
  if (head !== pattern) return undefined;
  const skipped = skip ? text.indexOf(skip, pattern.length) : pattern.length - 1;
  if (skipped < 0) return 'partial';
  const numbers = read(text.slice(skipped + 1), own, checks);
  if (!numbers) return 'partial';
  return { kind, ...numbers, at: skipped + 1 + (numbers.skipped ?? 0) };
}

/** Numbers with separators between them, up to another character (try_number). */
function readNumbers(
  text: string,
  count: number,
  separator: string,
  terminator: string,
  checks: boolean,
): { numbers: readonly number[]; length: number } | undefined {
  const numbers = Array.from({ length: count }, () => 0);
  let index = 0;
  for (let length = 0; length < text.length && index < count; length += 1) {
    const character = text[length]!;
    if (isDigit(character)) {
      numbers[index] = (numbers[index]! * 10 + Number(character)) >>> 0;
      if (checks && numbers[index]! > 255) return undefined;
    } else if (character === separator) index += 1;
    else {
      const ends = (terminator === '' || character === terminator) && index === count - 1;
      return ends ? { numbers, length } : undefined;
    }
  }
  return undefined;
}

/** 192,168,1,11,40,1 (try_rfc959) */
function readSix(text: string, terminator: string, checks: boolean): Read | undefined {
  const read = readNumbers(text, 6, ',', terminator, checks);
  if (!read) return undefined;
  const [a, b, c, d, high, low] = read.numbers as [number, number, number, number, number, number];
  return {
    address: addressOf([a, b, c, d]),
    port: ((high << 8) | low) & 0xffff,
    length: read.length,
  };
}

/** Nobody agrees on what stands around the numbers, so they begin at the first digit (try_rfc1123). */
function readPasv(text: string, _: Ipv4, checks: boolean): Read | undefined {
  const skipped = text.search(/[0-9]/);
  const read = skipped < 0 ? undefined : readSix(text.slice(skipped), '', checks);
  return read && { ...read, skipped };
}

/** |1|10.0.0.2|5121| (try_eprt) */
function readEprt(text: string, _: Ipv4, checks: boolean): Read | undefined {
  const delimiter = text[0] ?? '';
  if (text.length <= 3 || !delimits(delimiter) || text[2] !== delimiter || text[1] !== '1') return undefined;
  const read = readNumbers(text.slice(3), 4, '.', delimiter, checks);
  if (!read) return undefined;
  const port = readPort(text, 3 + read.length + 1, delimiter, checks);
  return port && { address: addressOf(read.numbers), ...port };
}

/** |||6446|: at the address that the line comes from (try_epsv_response). */
function readEpsv(text: string, own: Ipv4, checks: boolean): Read | undefined {
  const delimiter = text[0] ?? '';
  if (text.length <= 3 || !delimits(delimiter) || text[1] !== delimiter || text[2] !== delimiter)
    return undefined;
  const port = readPort(text, 3, delimiter, checks);
  return port && { address: own, ...port };
}

/** A number up to the delimiter; `length` is where the delimiter ends (get_port). */
function readPort(
  text: string,
  start: number,
  delimiter: string,
  checks: boolean,
): { port: number; length: number } | undefined {
  let port = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === delimiter) return port === 0 ? undefined : { port, length: at + 1 };
    if (!isDigit(character)) return undefined;
    port = port * 10 + Number(character);
    if (checks && port > 0xffff) return undefined;
    port &= 0xffff;
  }
  return undefined;
}

function addressOf(octets: readonly number[]): Ipv4 {
  return octets.reduce((sum, octet, index) => sum | (octet << (24 - 8 * index)), 0) >>> 0;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function delimits(character: string): boolean {
  return character > ' ' && character <= '~' && !isDigit(character);
}
