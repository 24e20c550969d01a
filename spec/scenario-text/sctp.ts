import { hint } from '../config/address-text.ts';
import { didYouMean } from '../config/nearest.ts';
import { TextError } from '../config/text-error.ts';
import type { Word, WordReader } from '../config/words.ts';
import type { SctpChunks } from '../scenario.ts';
import { SCTP_CHUNK_TYPES, type SctpChunkName } from '../wire/sctp.ts';
import { PACKET_DETAILS, type PacketHead, parseDetails, printDetails, printHead } from './packet.ts';

const DETAILS = [
  { word: 'tag', key: 'tag', number: { what: 'verification tag', range: { min: 0, max: 0xffffffff } } },
  ...PACKET_DETAILS,
] as const;

const NAMES = Object.keys(SCTP_CHUNK_TYPES) as SctpChunkName[];

/** `f1 client > sctp COOKIE_ECHO,DATA tag 7 ttl 1` */
export function printSctpChunks(packet: SctpChunks): string {
  return [...printHead(packet), 'sctp', packet.chunks.join(','), ...printDetails(packet, DETAILS)].join(' ');
}

/** The rest of a line that describes an SCTP packet, behind the word sctp. */
export function parseSctpChunks(head: PacketHead, reader: WordReader): SctpChunks {
  const word = reader.next('the chunks', { allowed: NAMES.join(' ') });
  const chunks = word.text.split(',').map((text) => chunk(word, text));
  return { kind: 'sctp', ...head, chunks, ...parseDetails(reader, DETAILS, 'an SCTP packet') };
}

function chunk(word: Word, text: string): SctpChunkName {
  const name = NAMES.find((one) => one === text);
  if (name) return name;
  throw new TextError(word, `"${text}" is no chunk`, {
    allowed: NAMES.join(' '),
    ...hint(didYouMean(text, NAMES)),
  });
}
