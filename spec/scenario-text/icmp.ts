import { parseNumber } from '../config/number-text.ts';
import { TextError } from '../config/text-error.ts';
import type { Word, WordReader } from '../config/words.ts';
import type { IcmpError } from '../scenario.ts';
import { PACKET_DETAILS, type PacketHead, parseDetails, printDetails, printHead } from './packet.ts';

const DETAILS = [
  { word: 'mtu', key: 'mtu', number: { what: 'MTU', range: { min: 0, max: 65535 } } },
  { word: 'quote', key: 'quote', number: { what: 'number of bytes', range: { min: 0, max: 1472 } } },
  { word: 'qoff', key: 'quotedOffset', number: { what: 'fragment offset', range: { min: 0, max: 8191 } } },
  ...PACKET_DETAILS,
] as const;

/** `f1 client > icmp 3/4 mtu 1300 quote 28 qoff 185 ttl 1 badsum` */
export function printIcmpError(error: IcmpError): string {
  return [...printHead(error), 'icmp', `${error.type}/${error.code}`, ...printDetails(error, DETAILS)].join(
    ' ',
  );
}

/** The rest of a line that describes an ICMP error, behind the word icmp. */
export function parseIcmpError(head: PacketHead, reader: WordReader): IcmpError {
  const { type, code } = parseTypeAndCode(reader.next('TYPE/CODE'));
  return { kind: 'icmp', ...head, type, code, ...parseDetails(reader, DETAILS, 'an ICMP error') };
}

function parseTypeAndCode(word: Word): { type: number; code: number } {
  const [type, code, ...more] = word.text.split('/');
  if (code === undefined || more.length > 0)
    throw new TextError(word, `"${word.text}" is no ICMP type and code`, {
      allowed: 'TYPE/CODE, as in 3/4',
    });
  const range = { min: 0, max: 255 };
  const second = { ...word, text: code, column: word.column + type!.length + 1 };
  return {
    type: parseNumber({ ...word, text: type! }, 'ICMP type', range),
    code: parseNumber(second, 'ICMP code', range),
  };
}
