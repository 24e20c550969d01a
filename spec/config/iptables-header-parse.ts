import { ICMP_NAMES } from '../tables/icmp-names.ts';
import { hint, parseAddress } from './address-text.ts';
import { once, type Reading } from './iptables-draft.ts';
import { matchOf } from './iptables-match-parse.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import { ADDRESS_TYPES, type AddressRange, ANY_ICMP_TYPE, type Match, type TTL_TESTS } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** The options of matches that look at a packet's headers, and of the one that looks at nothing. */

/** XT_MAX_COMMENT_LEN less the final zero. */
const LONGEST_COMMENT = 255;
const LENGTH = { min: 0, max: 65535 };
const TTL = { min: 0, max: 255 };

export function readComment(reading: Reading): void {
  const match = matchOf(reading, 'comment');
  once(match.value, reading.option);
  const word = reading.value();
  if (word.text.length > LONGEST_COMMENT)
    throw new TextError(word, 'the comment is too long', { allowed: `${LONGEST_COMMENT} characters` });
  match.value = { kind: 'comment', text: word.text };
}

export function readLength(reading: Reading): void {
  const match = matchOf(reading, 'length');
  once(match.value, reading.option);
  match.value = { kind: 'length', ...parseRangeOf(reading.value(), 'length'), inverted: reading.inverted };
}

export function readMss(reading: Reading): void {
  const match = matchOf(reading, 'tcpmss');
  once(match.value, reading.option);
  match.value = { kind: 'tcpmss', ...parseRangeOf(reading.value(), 'MSS'), inverted: reading.inverted };
}

/** `40`, `40:1500`, `:1500`, `40:`. */
function parseRangeOf(word: Word, what: string): { first: number; last: number } {
  const [from, to] = halves(word, ':');
  const first = to && from.text === '' ? 0 : parseNumber(from, what, LENGTH);
  const last = !to ? first : to.text === '' ? LENGTH.max : parseNumber(to, what, LENGTH);
  if (first <= last) return { first, last };
  throw new TextError(word, `"${word.text}" is no range`, { allowed: 'FIRST:LAST, the smaller first' });
}

/** Messages that iptables names and a director does not send. */
const OTHER_NAMES = [
  { name: 'echo-reply', type: 0 },
  { name: 'pong', type: 0 },
  { name: 'destination-unreachable', type: 3 },
  { name: 'source-quench', type: 4 },
  { name: 'redirect', type: 5 },
  { name: 'echo-request', type: 8 },
  { name: 'ping', type: 8 },
  { name: 'time-exceeded', type: 11 },
  { name: 'parameter-problem', type: 12 },
  { name: 'any', type: ANY_ICMP_TYPE },
] as const;

const BYTE = { min: 0, max: 255 };

/** `8`, `3/4`, `any`, or a name. */
export function readIcmpType(reading: Reading): void {
  const { draft, option, inverted } = reading;
  const match = matchOf(reading, 'icmp');
  once(draft.icmpType, option);
  draft.icmpType = option;
  match.value = { kind: 'icmp', ...parseIcmpType(reading.value()), inverted };
}

function parseIcmpType(word: Word): { type: number; first: number; last: number } {
  const exact = ICMP_NAMES.find(({ name }) => name === word.text);
  if (exact) return { type: exact.type, first: exact.code, last: exact.code };
  const whole = OTHER_NAMES.find(({ name }) => name === word.text);
  if (whole) return { type: whole.type, first: 0, last: 255 };
  if (!/^[\d/]+$/.test(word.text)) {
    const names = [...ICMP_NAMES, ...OTHER_NAMES].map(({ name }) => name);
    throw new TextError(word, `"${word.text}" is no ICMP message`, {
      allowed: `TYPE, TYPE/CODE, ${names.join(' ')}`,
      ...hint(didYouMean(word.text, names)),
    });
  }
  const [type, code] = halves(word, '/');
  const codes = code ? parseNumber(code, 'ICMP code', BYTE) : undefined;
  return { type: parseNumber(type, 'ICMP type', BYTE), first: codes ?? 0, last: codes ?? 255 };
}

/** `LOCAL`, `LOCAL,MULTICAST`. */
export function readAddressTypes(reading: Reading, which: 'source' | 'destination'): void {
  const match = matchOf(reading, 'addrtype');
  const before = match.value as Extract<Match, { kind: 'addrtype' }> | undefined;
  once(before?.[which], reading.option);
  const word = reading.value();
  const types = word.text.split(',').map((text) => {
    const type = ADDRESS_TYPES.find((name) => name === text.toUpperCase());
    if (type) return type;
    throw new TextError(word, `"${text}" is no type of address that is modelled`, {
      allowed: ADDRESS_TYPES.join(' '),
      ...hint(didYouMean(text, ADDRESS_TYPES)),
    });
  });
  match.value = { ...(before ?? { kind: 'addrtype' }), [which]: { types, inverted: reading.inverted } };
}

export function readTtl(reading: Reading, test: (typeof TTL_TESTS)[number]): void {
  const match = matchOf(reading, 'ttl');
  once(match.value, reading.option);
  const ttl = parseNumber(reading.value(), 'TTL', TTL);
  match.value = { kind: 'ttl', test, ttl, inverted: reading.inverted };
}

export function readRange(reading: Reading, which: 'source' | 'destination'): void {
  const match = matchOf(reading, 'iprange');
  const before = match.value as Extract<Match, { kind: 'iprange' }> | undefined;
  once(before?.[which], reading.option);
  const range = parseRange(reading.value(), reading.inverted);
  match.value = { ...(before ?? { kind: 'iprange' }), [which]: range };
}

/** `10.0.0.2-10.0.0.9`, or one address. */
function parseRange(word: Word, inverted: boolean): AddressRange {
  const [from, to] = halves(word, '-');
  const first = parseAddress(from);
  const last = to ? parseAddress(to) : first;
  if (first <= last) return { first, last, inverted };
  throw new TextError(word, `"${word.text}" is no range of addresses`, {
    allowed: 'FIRST-LAST, the smaller first',
  });
}

function halves(word: Word, separator: string): [Word, Word | undefined] {
  const at = word.text.indexOf(separator);
  if (at < 0) return [word, undefined];
  return [
    { ...word, text: word.text.slice(0, at) },
    { ...word, text: word.text.slice(at + 1), column: word.column + at + 1 },
  ];
}
