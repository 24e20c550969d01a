import { parseNumber } from '../config/number-text.ts';
import type { WordReader } from '../config/words.ts';
import type { Echo } from '../scenario.ts';
import { checkFits, MOST_PAYLOAD_BYTES } from './fragment.ts';
import { PACKET_DETAILS, type PacketHead, parseDetails, printDetails, printHead } from './packet.ts';

/** What a frame takes (MTU 1500) behind the headers of IP and ICMP. */
const MOST_BYTES = 1500 - 28;

/** What fragments can make up behind that header of 8 bytes. */
const MOST_WHOLE_BYTES = MOST_PAYLOAD_BYTES - 8;

const DETAILS = [
  { word: 'seq', key: 'seq', number: { what: 'sequence number', range: { min: 0, max: 65535 } } },
  ...PACKET_DETAILS,
] as const;

/** The word that begins each message. */
export const ECHO_WORDS = { request: 'echo', reply: 'echo-reply' } as const;

/** `f1 client > echo 56 seq 1`; sequence number 0 is left out. */
export function printEcho(echo: Echo): string {
  const { seq, ...rest } = echo;
  const details = printDetails(seq === 0 ? rest : echo, DETAILS);
  return [...printHead(echo), ECHO_WORDS[echo.message], echo.length, ...details].join(' ');
}

/** The rest of a line that describes a ping or its answer, behind that word. */
export function parseEcho(head: PacketHead, message: Echo['message'], reader: WordReader): Echo {
  const word = reader.next('the number of bytes');
  const length = parseNumber(word, 'number of bytes', { min: 0, max: MOST_WHOLE_BYTES });
  const { seq = 0, ...rest } = parseDetails(reader, DETAILS, 'a ping');
  checkFits(rest, { all: length, most: MOST_BYTES }, word);
  return { kind: 'echo', ...head, message, seq, length, ...rest };
}
