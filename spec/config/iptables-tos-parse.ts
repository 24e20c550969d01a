import { hint } from './address-text.ts';
import { once, type Reading } from './iptables-draft.ts';
import { matchOf } from './iptables-match-parse.ts';
import { didYouMean } from './nearest.ts';
import { parseUnsigned32 } from './number-text.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** The header's second byte: as type of service (with a mask), or as code point in its upper six bits. */

/** What libxt_tos.c and libxt_TOS.c know by name. */
const TOS_NAMES: ReadonlyMap<string, number> = new Map([
  ['Minimize-Delay', 0x10],
  ['Maximize-Throughput', 0x08],
  ['Maximize-Reliability', 0x04],
  ['Minimize-Cost', 0x02],
  ['Normal-Service', 0x00],
]);
/** The bits that a name speaks of. */
const NAMED_BITS = 0x3f;

const MOST_DSCP = 0x3f;

/** RFC 2474, 2597 and 3246 (libxt_dscp.c). */
const DSCP_CLASSES: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 8 }, (_, n) => [`CS${n}`, 8 * n] as const),
  ['BE', 0],
  ...[1, 2, 3, 4].flatMap((n) => [1, 2, 3].map((drop) => [`AF${n}${drop}`, 8 * n + 2 * drop] as const)),
  ['EF', 0x2e],
]);

/** `0x10`, `0x10/0x3f`, `Minimize-Delay`. */
export function parseTos(word: Word): { value: number; mask: number } {
  const named = [...TOS_NAMES].find(([name]) => name.toLowerCase() === word.text.toLowerCase());
  if (named) return { value: named[1], mask: NAMED_BITS };
  const [value, mask, ...more] = word.text.split('/');
  if (more.length > 0 || !/^[\dx/a-f]+$/i.test(word.text))
    throw new TextError(word, `"${word.text}" is no type of service`, {
      allowed: ['VALUE[/MASK]', ...TOS_NAMES.keys()].join(' '),
      ...hint(didYouMean(word.text, TOS_NAMES.keys())),
    });
  return { value: parseByte(word, value!), mask: mask === undefined ? 0xff : parseByte(word, mask) };
}

function parseByte(word: Word, text: string): number {
  const value = parseUnsigned32({ ...word, text }, 'type of service');
  if (value <= 0xff) return value;
  throw new TextError(word, `"${text}" is no type of service`, { allowed: '0 to 0xff' });
}

export function parseDscp(word: Word): number {
  const value = parseUnsigned32(word, 'code point');
  if (value <= MOST_DSCP) return value;
  throw new TextError(word, `"${word.text}" is no code point`, { allowed: '0 to 0x3f' });
}

/** `CS1`, `AF11`, `EF`. */
export function parseDscpClass(word: Word): number {
  const value = DSCP_CLASSES.get(word.text.toUpperCase());
  if (value !== undefined) return value;
  throw new TextError(word, `"${word.text}" is no class of services`, {
    allowed: [...DSCP_CLASSES.keys()].join(' '),
  });
}

export function readTos(reading: Reading): void {
  const match = matchOf(reading, 'tos');
  once(match.value, reading.option);
  match.value = { kind: 'tos', ...parseTos(reading.value()), inverted: reading.inverted };
}

export function readDscp(reading: Reading, parse: (word: Word) => number): void {
  const match = matchOf(reading, 'dscp');
  once(match.value, reading.option);
  match.value = { kind: 'dscp', dscp: parse(reading.value()), inverted: reading.inverted };
}
