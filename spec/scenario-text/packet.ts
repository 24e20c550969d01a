import { hint } from '../config/address-text.ts';
import { didYouMean } from '../config/nearest.ts';
import { parseNumber, type Range } from '../config/number-text.ts';
import { TextError } from '../config/text-error.ts';
import { HOST_NAMES, TWO_ARMED } from '../config/topology.ts';
import type { Word, WordReader } from '../config/words.ts';
import { BY_DIRECTOR, type FragmentRange, type PacketOfFlow } from '../scenario.ts';
import { parseFlowName } from './flow.ts';
import { parsePart, printPart } from './fragment.ts';
import { parseData, printData } from './payload.ts';

/** What stands before the > of every packet's line: whose it is and who sends it. */
export type PacketHead = Pick<PacketOfFlow, 'flow' | 'from' | 'by' | 'via'>;

const SENDERS = ['client', 'server'] as const;
const SHAPE =
  'FLOW client|server [by HOST|director] [via HOST] > FLAGS SEQ:END(LENGTH) …, udp BYTES, sctp CHUNKS, echo BYTES, echo-reply BYTES, icmp TYPE/CODE or proto PROTOCOL BYTES';

/** `f1 server by RIP2 >` in words. */
export function printHead({ flow, from, by, via }: PacketHead): string[] {
  const hosts = [...(by === undefined ? [] : ['by', by]), ...(via === undefined ? [] : ['via', via])];
  return [flow, from, ...hosts, '>'];
}

export function parseHead(reader: WordReader): PacketHead {
  const flow = parseFlowName(reader.next('the flow', { allowed: SHAPE }));
  const from = parseSender(reader.next('client or server', { allowed: SHAPE }));
  const by = reader.skip('by') ? parseHost(reader.next('the host after by'), [BY_DIRECTOR]) : undefined;
  const way = reader.place;
  const via = reader.skip('via') ? parseHost(reader.next('the host after via')) : undefined;
  if (by === BY_DIRECTOR && via !== undefined)
    throw new TextError(way, 'what the director sends comes by no wire', { hint: `remove via ${via}` });
  const arrow = reader.next('>', { allowed: SHAPE });
  if (arrow.text !== '>')
    throw new TextError(arrow, `"${arrow.text}" stands where > belongs`, { allowed: SHAPE });
  return { flow, from, ...(by === undefined ? {} : { by }), ...(via === undefined ? {} : { via }) };
}

function parseSender(word: Word): PacketHead['from'] {
  const sender = SENDERS.find((name) => name === word.text);
  if (sender) return sender;
  throw new TextError(word, `"${word.text}" is neither client nor server`, {
    allowed: SENDERS.join(' '),
    ...hint(didYouMean(word.text, SENDERS)),
  });
}

/** A host by its name, or another name that is allowed; whether a scenario has so many hosts is not known here. */
export function parseHost(word: Word, others: readonly string[] = []): string {
  if (HOST_NAMES.has(word.text) || others.includes(word.text)) return word.text;
  const names = [...TWO_ARMED.hosts.map(({ name }) => name), ...others];
  throw new TextError(word, `"${word.text}" is no host`, {
    allowed: names.join(' '),
    ...hint(didYouMean(word.text, names)),
  });
}

/** A word behind a packet that says one thing more: a number or a range follows it, or its mere presence says it. */
export interface DetailRow {
  readonly word: string;
  /** The field that it fills. */
  readonly key: string;
  readonly number?: { readonly what: string; readonly range: Range };
  /** OFFSET+LENGTH of a fragment. */
  readonly part?: true;
  /** Bytes of a payload. */
  readonly data?: true;
}

/** What any packet may say. */
export const PACKET_DETAILS = [
  { word: 'ttl', key: 'ttl', number: { what: 'time to live', range: { min: 0, max: 255 } } },
  { word: 'tos', key: 'tos', number: { what: 'type of service', range: { min: 0, max: 255 } } },
  { word: 'id', key: 'id', number: { what: 'identification', range: { min: 0, max: 65535 } } },
  { word: 'nodf', key: 'mayFragment' },
  { word: 'frag', key: 'fragment', part: true },
  { word: 'mf', key: 'moreFragments' },
  { word: 'badsum', key: 'badChecksum' },
] as const satisfies readonly DetailRow[];

/** What the first bytes of a payload are. */
export const DATA_DETAIL = { word: 'data', key: 'data', data: true } as const satisfies DetailRow;

/** The fields that details have filled, by the table that describes them. */
export type Details<Row extends DetailRow> = {
  [One in Row as One['key']]?: One extends { readonly number: object }
    ? number
    : One extends { readonly part: true }
      ? FragmentRange
      : One extends { readonly data: true }
        ? Uint8Array
        : true;
};

/** Those of the details that the packet has, in the order of the table. */
export function printDetails(packet: object, rows: readonly DetailRow[]): string[] {
  const fields = new Map<string, unknown>(Object.entries(packet));
  return rows.flatMap(({ word, key, number, part, data }) => {
    const value = fields.get(key);
    if (value === undefined || value === false) return [];
    if (part) return [`${word} ${printPart(value as FragmentRange)}`];
    if (data) return [`${word} ${printData(value as Uint8Array)}`];
    return [number ? `${word} ${value}` : word];
  });
}

/** All details up to the line's end; `whole` names in a complaint what they belong to. */
export function parseDetails<const Row extends DetailRow>(
  reader: WordReader,
  rows: readonly Row[],
  whole: string,
): Details<Row> {
  const details: Record<string, DetailValue> = {};
  while (!reader.done) {
    const word = reader.next('a detail');
    const row = rows.find((candidate) => candidate.word === word.text);
    if (!row) throw unknownDetail(word, rows, whole);
    if (details[row.key] !== undefined)
      throw new TextError(word, `${word.text} is given twice`, { hint: 'remove one of them' });
    details[row.key] = parseDetail(row, reader);
  }
  return details as Details<Row>;
}

type DetailValue = number | true | FragmentRange | Uint8Array;

function parseDetail({ word, number, part, data }: DetailRow, reader: WordReader): DetailValue {
  if (part) return parsePart(reader.next(`OFFSET+LENGTH after ${word}`));
  if (data) return parseData(reader.next(`the bytes after ${word}`));
  return number ? parseNumber(reader.next(`the number after ${word}`), number.what, number.range) : true;
}

function unknownDetail(word: Word, rows: readonly DetailRow[], whole: string): TextError {
  const names = rows.map((row) => row.word);
  return new TextError(word, `"${word.text}" is nothing that ${whole} has`, {
    allowed: rows.map(shapeOf).join(', '),
    ...hint(didYouMean(word.text, names)),
  });
}

function shapeOf({ word, number, part, data }: DetailRow): string {
  if (part) return `${word} OFFSET+LENGTH`;
  if (data) return `${word} BYTES`;
  return number ? `${word} N` : word;
}
