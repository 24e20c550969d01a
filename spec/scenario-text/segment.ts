import { hint } from '../config/address-text.ts';
import { didYouMean } from '../config/nearest.ts';
import { parseNumber, type Range } from '../config/number-text.ts';
import { TextError } from '../config/text-error.ts';
import { TWO_ARMED } from '../config/topology.ts';
import type { Word, WordReader } from '../config/words.ts';
import type { Segment } from '../scenario.ts';
import { ACK } from '../wire/tcp.ts';
import { parseFlowName } from './flow.ts';
import { optionBytes, parseOptions, printOptions } from './tcp-options.ts';

/** One letter for each header bit, FIN to CWR, as tcpdump and packetdrill write them. */
const LETTERS = 'FSRP.UEW';

/** The window of a segment that does not say. */
export const DEFAULT_WINDOW = 64240;

/** Frames are not longer than the links take (MTU 1500). */
const MOST_BYTES = 1500 - 40;

/** Far more than once round the circle of sequence numbers, either way. */
const SEQ: Range = { min: -(2 ** 40), max: 2 ** 40 };

const SENDERS = ['client', 'server'] as const;
const SHAPE =
  'FLOW client|server [by HOST] > FLAGS SEQ:END(LENGTH) [ack N] [win N] [<options>] [ttl N] [badsum]';

/** `f1 server by RIP2 > P. 1:101(100) ack 1 win 65160`; what has its usual value is left out. */
export function printSegment(segment: Segment): string {
  const { flow, from, by, flags, seq, ack, window, length, options, ttl, badChecksum } = segment;
  return [
    flow,
    from,
    ...(by === undefined ? [] : ['by', by]),
    '>',
    printFlags(flags),
    `${seq}:${seq + length}(${length})`,
    ...(flags & ACK || ack !== 0 ? [`ack ${ack}`] : []),
    ...(window === DEFAULT_WINDOW ? [] : [`win ${window}`]),
    ...(options.length === 0 ? [] : [printOptions(options)]),
    ...(ttl === undefined ? [] : [`ttl ${ttl}`]),
    ...(badChecksum ? ['badsum'] : []),
  ].join(' ');
}

function printFlags(flags: number): string {
  return [...LETTERS].filter((_, bit) => flags & (1 << bit)).join('') || '-';
}

/** The segment that a line of the timeline describes. `reader` holds its words with the options taken out. */
export function parseSegment(reader: WordReader, options: Word | undefined): Segment {
  const flow = parseFlowName(reader.next('the flow', { allowed: SHAPE }));
  const from = parseSender(reader.next('client or server', { allowed: SHAPE }));
  const by = reader.skip('by') ? parseHost(reader.next('the host after by')) : undefined;
  const arrow = reader.next('>', { allowed: SHAPE });
  if (arrow.text !== '>')
    throw new TextError(arrow, `"${arrow.text}" stands where > belongs`, { allowed: SHAPE });
  const flags = parseFlags(reader.next('the flags', { allowed: SHAPE }));
  const { seq, length } = parseRange(reader.next('SEQ:END(LENGTH)', { allowed: SHAPE }));
  const details = parseDetails(reader);
  if (flags & ACK && details.ack === undefined)
    throw new TextError(reader.place, 'a segment with flag . says what it acknowledges', {
      hint: 'add ack N',
    });
  const list = options ? parseOptions(options) : [];
  if (length + optionBytes(list) > MOST_BYTES) throw tooLong(length, reader);
  const { ack = 0, window = DEFAULT_WINDOW, ...rest } = details;
  return {
    kind: 'segment',
    flow,
    from,
    ...(by === undefined ? {} : { by }),
    flags,
    seq,
    ack,
    window,
    length,
    options: list,
    ...rest,
  };
}

function tooLong(length: number, reader: WordReader): TextError {
  return new TextError(reader.place, `${length} bytes and the options do not fit into one frame`, {
    allowed: `${MOST_BYTES} bytes together`,
  });
}

function parseSender(word: Word): Segment['from'] {
  const sender = SENDERS.find((name) => name === word.text);
  if (sender) return sender;
  throw new TextError(word, `"${word.text}" is neither client nor server`, {
    allowed: SENDERS.join(' '),
    ...hint(didYouMean(word.text, SENDERS)),
  });
}

function parseHost(word: Word): string {
  const names = TWO_ARMED.hosts.map(({ name }) => name);
  if (names.includes(word.text)) return word.text;
  throw new TextError(word, `"${word.text}" is no host`, {
    allowed: names.join(' '),
    ...hint(didYouMean(word.text, names)),
  });
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

interface Details {
  ack?: number;
  window?: number;
  ttl?: number;
  badChecksum?: true;
}

const NUMBERED: ReadonlyMap<string, { key: 'ack' | 'window' | 'ttl'; what: string; range: Range }> = new Map([
  ['ack', { key: 'ack', what: 'acknowledgement', range: SEQ }],
  ['win', { key: 'window', what: 'window', range: { min: 0, max: 65535 } }],
  ['ttl', { key: 'ttl', what: 'time to live', range: { min: 0, max: 255 } }],
] as const);

function parseDetails(reader: WordReader): Details {
  const details: Details = {};
  while (!reader.done) {
    const word = reader.next('a detail');
    const row = NUMBERED.get(word.text);
    const key = word.text === 'badsum' ? 'badChecksum' : row?.key;
    if (!key) throw unknownDetail(word);
    if (details[key] !== undefined)
      throw new TextError(word, `${word.text} is given twice`, { hint: 'remove one of them' });
    if (row)
      details[row.key] = parseNumber(reader.next(`the number after ${word.text}`), row.what, row.range);
    else details.badChecksum = true;
  }
  return details;
}

function unknownDetail(word: Word): TextError {
  const names = [...NUMBERED.keys(), 'badsum'];
  return new TextError(word, `"${word.text}" is nothing that a segment has`, {
    allowed: 'ack N, win N, <options>, ttl N, badsum',
    ...hint(didYouMean(word.text, names)),
  });
}
