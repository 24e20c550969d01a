import { parseAddress } from './address-text.ts';
import { once, type Reading } from './iptables-draft.ts';
import { matchOf } from './iptables-match-parse.ts';
import { parseNumber } from './number-text.ts';
import type { AddressRange, Match, TTL_TESTS } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** The options of matches that look at no more than the IP header, and of the one that looks at nothing. */

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

/** `40`, `40:1500`, `:1500`, `40:`. */
export function readLength(reading: Reading): void {
  const match = matchOf(reading, 'length');
  once(match.value, reading.option);
  const word = reading.value();
  const [from, to] = halves(word, ':');
  const first = to && from.text === '' ? 0 : parseNumber(from, 'length', LENGTH);
  const last = !to ? first : to.text === '' ? LENGTH.max : parseNumber(to, 'length', LENGTH);
  if (first > last)
    throw new TextError(word, `"${word.text}" is no range`, { allowed: 'FIRST:LAST, the smaller first' });
  match.value = { kind: 'length', first, last, inverted: reading.inverted };
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
