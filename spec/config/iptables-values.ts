import { type Ipv4, parseIpv4, prefixMask } from '../wire/address.ts';
import { ACK, FIN, FLAG_NAMES, RST, SYN } from '../wire/tcp.ts';
import { hint, parseAddress } from './address-text.ts';
import { REJECT_ALIASES } from './iptables-options.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber, parseUnsigned32 } from './number-text.ts';
import { PROTOCOL_NAMES, type Protocol, protocolNumber } from './protocols.ts';
import { type CtState, type NatState, type PortRange, REJECT_TYPES, type RejectType } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** The values that iptables' options take, one function each. */

const PORT = { min: 0, max: 65535 };

/** A multiport match has room for 15 ports; a range takes two (XT_MULTI_PORTS). */
const MULTIPORT_ROOM = 15;

/** `--tcp-flags` knows these; ECE and CWR have no name in iptables. */
const FLAGS: readonly string[] = FLAG_NAMES.slice(0, 6);

/** FIN,SYN,RST,ACK SYN. */
export const SYN_FLAGS = { mask: FIN | SYN | RST | ACK, set: SYN };

/** `10.0.0.0/24`, `10.0.0.0/255.255.255.0`, a name of the topology. Bits beyond the mask are cleared, as iptables does. */
export function parseNetwork(word: Word): { address: Ipv4; mask: Ipv4 } {
  const [address, after] = cut(word, '/');
  const mask = after ? parseMask(after) : prefixMask(32);
  return { address: (parseAddress(address) & mask) >>> 0, mask };
}

function parseMask(word: Word): Ipv4 {
  const dotted = parseIpv4(word.text);
  return dotted ?? prefixMask(parseNumber(word, 'prefix length', { min: 0, max: 32 }));
}

/** `80`, `1024:2047`, `:1023`, `1024:`. */
export function parsePorts(word: Word): PortRange {
  const [from, to] = cut(word, ':');
  if (!to) return single(from);
  const first = from.text === '' ? 0 : parseNumber(from, 'port', PORT);
  const last = to.text === '' ? 65535 : parseNumber(to, 'port', PORT);
  if (first > last)
    throw new TextError(word, `"${word.text}" is no range of ports`, {
      allowed: 'FIRST:LAST, the smaller first',
    });
  return { first, last };
}

/** `80,443,8000:8080`; a range needs both ends, and room is short. */
export function parsePortList(word: Word): PortRange[] {
  const ranges = items(word).map((item) => {
    const [from, to] = cut(item, ':');
    if (!to) return single(from);
    const range = { first: parseNumber(from, 'port', PORT), last: parseNumber(to, 'port', PORT) };
    if (range.first < range.last) return range;
    throw new TextError(item, `"${item.text}" is no range of ports`, {
      allowed: 'FIRST:LAST, the smaller first',
    });
  });
  const room = ranges.reduce((sum, { first, last }) => sum + (first === last ? 1 : 2), 0);
  if (room <= MULTIPORT_ROOM) return ranges;
  throw new TextError(word, `${room} ports are too many for one multiport match`, {
    allowed: `${MULTIPORT_ROOM}, where a range counts as two`,
  });
}

function single(word: Word): PortRange {
  const port = parseNumber(word, 'port', PORT);
  return { first: port, last: port };
}

export function parseFlags(word: Word): number {
  if (word.text === 'NONE') return 0;
  if (word.text === 'ALL') return 0x3f;
  return items(word).reduce((bits, item) => {
    const bit = FLAGS.indexOf(item.text);
    if (bit >= 0) return bits | (1 << bit);
    throw new TextError(item, `"${item.text}" is no TCP flag`, {
      allowed: `${FLAGS.join(' ')} ALL NONE`,
      ...hint(didYouMean(item.text, FLAGS)),
    });
  }, 0);
}

export function parseStates<T extends CtState | NatState>(word: Word, known: readonly T[]): T[] {
  return items(word).map((item) => {
    const state = known.find((name) => name === item.text.toUpperCase());
    if (state) return state;
    throw new TextError(item, `"${item.text}" is no state`, {
      allowed: known.join(' '),
      ...hint(didYouMean(item.text, known)),
    });
  });
}

/** A protocol by its name or number. 0 stands for all of them, except where it is an entry's. */
export function parseProtocol(word: Word): Protocol {
  const text = word.text.toLowerCase();
  if (NAMES_OF_ALL.includes(text)) return 0;
  const number = /^\d/.test(text) ? parseNumber(word, 'protocol', PROTOCOL) : undefined;
  const name = PROTOCOL_NAMES.find((name) => name === text || protocolNumber(name) === number);
  if (name ?? number !== undefined) return (name ?? number)!;
  throw new TextError(word, `"${word.text}" is no protocol`, {
    allowed: 'a name of /etc/protocols, 0 to 255, all',
    ...hint(didYouMean(word.text, PROTOCOL_NAMES)),
  });
}

const PROTOCOL = { min: 0, max: 255 };
/** What iptables' own table and /etc/protocols call 0. */
const NAMES_OF_ALL: readonly string[] = ['all', 'ip', 'hopopt'];

/** `0x1` or `0x1/0xff`. */
export function parseMark(word: Word): { value: number; mask: number } {
  const [value, mask] = cut(word, '/');
  return {
    value: parseUnsigned32(value, 'mark'),
    mask: mask ? parseUnsigned32(mask, 'mask') : 0xffffffff,
  };
}

export function parseRejectType(word: Word): RejectType {
  const type = REJECT_TYPES.find((name) => name === word.text) ?? REJECT_ALIASES.get(word.text);
  if (type) return type;
  throw new TextError(word, `"${word.text}" is no type of rejection`, {
    allowed: REJECT_TYPES.join(' '),
    ...hint(didYouMean(word.text, [...REJECT_TYPES, ...REJECT_ALIASES.keys()])),
  });
}

/** A word in two at the first separator, each half with its place. */
function cut(word: Word, separator: string): [Word, Word | undefined] {
  const at = word.text.indexOf(separator);
  if (at < 0) return [word, undefined];
  return [
    { ...word, text: word.text.slice(0, at) },
    { ...word, text: word.text.slice(at + 1), column: word.column + at + 1 },
  ];
}

function items(word: Word): Word[] {
  let { column } = word;
  return word.text.split(',').map((text) => {
    const item = { ...word, text, column };
    column += text.length + 1;
    return item;
  });
}
