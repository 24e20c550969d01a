import { parseNumber, type Range } from '../config/number-text.ts';
import { TextError } from '../config/text-error.ts';
import type { Word, WordReader } from '../config/words.ts';
import type { Segment } from '../scenario.ts';
import { ACK } from '../wire/tcp.ts';
import { checkFits } from './fragment.ts';
import {
  DATA_DETAIL,
  PACKET_DETAILS,
  type PacketHead,
  parseDetails,
  printDetails,
  printHead,
} from './packet.ts';
import { checkData } from './payload.ts';
import { checkLength, parseSays, printSays, type Saying } from './says.ts';
import { optionBytes, parseOptions, printOptions } from './tcp-options.ts';

/** One letter for each header bit, FIN to CWR, as tcpdump and packetdrill write them. */
const LETTERS = 'FSRP.UEW';

/** The window of a segment that does not say. */
export const DEFAULT_WINDOW = 64240;

/** Frames are not longer than the links take (MTU 1500). */
const MOST_BYTES = 1500 - 40;

/** Far more than once round the circle of sequence numbers, either way. */
const SEQ: Range = { min: -(2 ** 40), max: 2 ** 40 };

const SHAPE =
  'FLOW client|server [by HOST|director] [via HOST] > FLAGS SEQ:END(LENGTH) [ack N] [win N] [<options>] [data BYTES] [ttl N] [nodf] [badsum] [says "TEXT"]';

const DETAILS = [
  { word: 'ack', key: 'ack', number: { what: 'acknowledgement', range: SEQ } },
  { word: 'win', key: 'window', number: { what: 'window', range: { min: 0, max: 65535 } } },
  DATA_DETAIL,
  ...PACKET_DETAILS,
] as const;

/** `f1 server by RIP2 > P. 1:101(100) ack 1 win 65160`; what has its usual value is left out. */
export function printSegment(segment: Segment): string {
  const { flags, seq, ack, window, length, options, text } = segment;
  return [
    ...printHead(segment),
    printFlags(flags),
    `${seq}:${seq + length}(${length})`,
    ...(flags & ACK || ack !== 0 ? [`ack ${ack}`] : []),
    ...(window === DEFAULT_WINDOW ? [] : [`win ${window}`]),
    ...(options.length === 0 ? [] : [printOptions(options)]),
    ...printDetails(segment, [DATA_DETAIL, ...PACKET_DETAILS]),
    ...(text === undefined ? [] : [printSays(segment)]),
  ].join(' ');
}

function printFlags(flags: number): string {
  return [...LETTERS].filter((_, bit) => flags & (1 << bit)).join('') || '-';
}

/** What has been cut out of a segment's line, since it may hold blanks. */
export interface CutOut {
  readonly options: Word | undefined;
  readonly says: Saying | undefined;
}

/** The rest of a line that describes a segment. `reader` holds its words with the others cut out. */
export function parseSegment(head: PacketHead, reader: WordReader, { options, says }: CutOut): Segment {
  const flags = parseFlags(reader.next('the flags', { allowed: SHAPE }));
  const range = reader.next('SEQ:END(LENGTH)', { allowed: SHAPE });
  const { seq, length } = parseRange(range);
  const details = parseDetails(reader, DETAILS, 'a segment');
  if (flags & ACK && details.ack === undefined)
    throw new TextError(reader.place, 'a segment with flag . says what it acknowledges', {
      hint: 'add ack N',
    });
  const list = options ? parseOptions(options) : [];
  checkFits(details, { all: length + optionBytes(list), most: MOST_BYTES }, range);
  checkData(details.data, length, range);
  const { ack = 0, window = DEFAULT_WINDOW, ...rest } = details;
  const text = says && parseSays(says);
  if (says && text !== undefined) checkLength(says, { ...head, seq, length, text }, range);
  const saying = text === undefined ? {} : { text };
  return { kind: 'segment', ...head, flags, seq, ack, window, length, options: list, ...rest, ...saying };
}

function parseFlags(word: Word): number {
  if (word.text === '-') return 0;
  let flags = 0;
  for (const [index, letter] of [...word.text].entries()) {
    const bit = 1 << LETTERS.indexOf(letter);
    const at = { line: word.line, column: word.column + index };
    if (!LETTERS.includes(letter))
      throw new TextError(at, `"${letter}" is no flag`, {
        allowed: 'F S R P . (ACK) U E (ECE) W (CWR), - for none',
      });
    if (flags & bit) throw new TextError(at, `flag ${letter} is given twice`, { hint: 'remove one of them' });
    flags |= bit;
  }
  return flags;
}

function parseRange(word: Word): { seq: number; length: number } {
  const found = /^(-?\d{1,13}):(-?\d{1,13})\((\d{1,5})\)$/.exec(word.text);
  if (!found)
    throw new TextError(word, `"${word.text}" is no range of sequence numbers`, {
      allowed: 'SEQ:END(LENGTH), as in 1:101(100)',
    });
  const [first, end, length] = [found[1]!, Number(found[2]), Number(found[3])];
  const seq = parseNumber({ ...word, text: first }, 'sequence number', SEQ);
  if (seq + length === end) return { seq, length };
  throw new TextError(word, `"${word.text}" does not add up`, {
    hint: `write ${seq}:${seq + length}(${length})`,
  });
}
