import { hint } from '../config/address-text.ts';
import { didYouMean } from '../config/nearest.ts';
import { parseNumber, type Range } from '../config/number-text.ts';
import { TextError } from '../config/text-error.ts';
import { type Word, WordReader } from '../config/words.ts';
import type { TcpOption } from '../wire/tcp.ts';

const NAMES = ['mss', 'nop', 'sack', 'sackOK', 'TS', 'wscale', 'opt'];
const ALLOWED = 'mss N, wscale N, sackOK, sack FROM:TO, TS val N ecr N, nop, opt N HEX';

const U8: Range = { min: 0, max: 0xff };
const U16: Range = { min: 0, max: 0xffff };
const U32: Range = { min: 0, max: 0xffffffff };

/** The header has room for so many bytes of options. */
const ROOM = 40;

/** `<mss 1460,sackOK,nop,wscale 7>`, as packetdrill writes it. */
export function printOptions(options: readonly TcpOption[]): string {
  return `<${options.map(printOption).join(',')}>`;
}

function printOption(option: TcpOption): string {
  switch (option.kind) {
    case 'nop':
    case 'sackOK':
      return option.kind;
    case 'mss':
      return `mss ${option.value}`;
    case 'wscale':
      return `wscale ${option.shift}`;
    case 'sack':
      return ['sack', ...option.blocks.map(([from, to]) => `${from}:${to}`)].join(' ');
    case 'timestamp':
      return `TS val ${option.value} ecr ${option.echo}`;
    case 'unknown':
      return ['opt', option.number, hexOf(option.bytes)].join(' ').trimEnd();
  }
}

/** The text between `<` and `>`, with its place. */
export function parseOptions(inside: Word): TcpOption[] {
  let { column } = inside;
  const options = inside.text.split(',').map((text) => {
    const option = parseOption(new WordReader(text, { line: inside.line, column }));
    column += text.length + 1;
    return option;
  });
  const bytes = optionBytes(options);
  if (bytes <= ROOM) return options;
  throw new TextError(inside, `the options take ${bytes} bytes`, { allowed: `at most ${ROOM}` });
}

function parseOption(reader: WordReader): TcpOption {
  const name = reader.next('an option', { allowed: ALLOWED, hint: 'write no <> for no options' });
  const option = readOption(name, reader);
  if (reader.done) return option;
  throw new TextError(reader.place, `"${reader.peek()}" follows a complete option`, {
    hint: 'separate options by commas',
  });
}

function readOption(name: Word, reader: WordReader): TcpOption {
  switch (name.text) {
    case 'nop':
      return { kind: 'nop' };
    case 'sackOK':
      return { kind: 'sackOK' };
    case 'mss':
      return { kind: 'mss', value: parseNumber(reader.next('the segment size'), 'segment size', U16) };
    case 'wscale':
      return { kind: 'wscale', shift: parseNumber(reader.next('the shift'), 'shift', U8) };
    case 'sack':
      return { kind: 'sack', blocks: readBlocks(reader) };
    case 'TS':
      return { kind: 'timestamp', value: readLabelled('val', reader), echo: readLabelled('ecr', reader) };
    case 'opt':
      return readUnknown(reader);
    default:
      throw new TextError(name, `"${name.text}" is no option of TCP`, {
        allowed: ALLOWED,
        ...hint(didYouMean(name.text, NAMES)),
      });
  }
}

function readLabelled(label: string, reader: WordReader): number {
  const word = reader.next(label, { allowed: ALLOWED });
  if (word.text !== label)
    throw new TextError(word, `"${word.text}" stands where ${label} belongs`, { allowed: ALLOWED });
  return parseNumber(reader.next(`the number after ${label}`), 'time stamp', U32);
}

function readBlocks(reader: WordReader): [number, number][] {
  const blocks: [number, number][] = [];
  while (!reader.done) {
    const word = reader.next('a block');
    const [from, to, ...more] = word.text.split(':');
    if (to === undefined || more.length > 0)
      throw new TextError(word, `"${word.text}" is no block of sequence numbers`, { allowed: 'FROM:TO' });
    const end = { ...word, text: to, column: word.column + from!.length + 1 };
    blocks.push([
      parseNumber({ ...word, text: from! }, 'sequence number', U32),
      parseNumber(end, 'sequence number', U32),
    ]);
  }
  return blocks;
}

function readUnknown(reader: WordReader): TcpOption {
  const number = parseNumber(reader.next('the number of the option'), 'number of an option', {
    min: 2,
    max: 255,
  });
  if (reader.done) return { kind: 'unknown', number, bytes: new Uint8Array(0) };
  const word = reader.next('the bytes');
  if (!/^([0-9a-f]{2}){1,40}$/i.test(word.text))
    throw new TextError(word, `"${word.text}" are no bytes`, { allowed: 'pairs of hexadecimal digits' });
  return {
    kind: 'unknown',
    number,
    bytes: Uint8Array.from(word.text.match(/../g)!, (pair) => Number.parseInt(pair, 16)),
  };
}

/** What the options take on the wire, padded to whole words. */
export function optionBytes(options: readonly TcpOption[]): number {
  return Math.ceil(options.reduce((sum, option) => sum + lengthOf(option), 0) / 4) * 4;
}

function lengthOf(option: TcpOption): number {
  switch (option.kind) {
    case 'nop':
      return 1;
    case 'sackOK':
      return 2;
    case 'wscale':
      return 3;
    case 'mss':
      return 4;
    case 'timestamp':
      return 10;
    case 'sack':
      return 2 + 8 * option.blocks.length;
    case 'unknown':
      return 2 + option.bytes.length;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
