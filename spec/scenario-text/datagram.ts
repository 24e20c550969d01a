import { parseNumber } from '../config/number-text.ts';
import type { WordReader } from '../config/words.ts';
import type { Datagram } from '../scenario.ts';
import { checkFits, MOST_PAYLOAD_BYTES } from './fragment.ts';
import {
  DATA_DETAIL,
  PACKET_DETAILS,
  type PacketHead,
  parseDetails,
  printDetails,
  printHead,
} from './packet.ts';
import { checkData } from './payload.ts';

/** What a frame takes (MTU 1500) behind the headers of IP and UDP. */
const MOST_BYTES = 1500 - 28;

/** What fragments can make up behind that header of 8 bytes. */
const MOST_WHOLE_BYTES = MOST_PAYLOAD_BYTES - 8;

const DETAILS = [DATA_DETAIL, ...PACKET_DETAILS, { word: 'nosum', key: 'noChecksum' }] as const;

/** `f1 client > udp 100 ttl 1 nosum` */
export function printDatagram(datagram: Datagram): string {
  return [...printHead(datagram), 'udp', datagram.length, ...printDetails(datagram, DETAILS)].join(' ');
}

/** The rest of a line that describes a datagram, behind the word udp. */
export function parseDatagram(head: PacketHead, reader: WordReader): Datagram {
  const word = reader.next('the number of bytes');
  const length = parseNumber(word, 'number of bytes', { min: 0, max: MOST_WHOLE_BYTES });
  const details = parseDetails(reader, DETAILS, 'a datagram');
  checkFits(details, { all: length, most: MOST_BYTES }, word);
  checkData(details.data, length, word);
  return { kind: 'datagram', ...head, length, ...details };
}
