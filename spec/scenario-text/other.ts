import { hint } from '../config/address-text.ts';
import { didYouMean } from '../config/nearest.ts';
import { parseNumber } from '../config/number-text.ts';
import { TextError } from '../config/text-error.ts';
import type { Word, WordReader } from '../config/words.ts';
import type { OtherPacket } from '../scenario.ts';
import { IP_PROTOCOLS, NOT_OTHER } from '../wire/ip-protocols.ts';
import { PROTOCOL_ICMP, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
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

/** What a frame takes (MTU 1500) behind the IP header. */
const MOST_BYTES = 1500 - 20;

/** Nothing is known here of checksums. */
const DETAILS = [DATA_DETAIL, ...PACKET_DETAILS.filter(({ key }) => key !== 'badChecksum')] as const;

const NAMES = Object.keys(IP_PROTOCOLS) as (keyof typeof IP_PROTOCOLS)[];
const ALLOWED = `${NAMES.join(' ')}, or a number up to 255`;

/** `f1 client > proto esp 100 ttl 1`; protocols without a name by their number. */
export function printOther(packet: OtherPacket): string {
  const name = NAMES.find((one) => IP_PROTOCOLS[one] === packet.protocol) ?? packet.protocol;
  return [...printHead(packet), 'proto', name, packet.length, ...printDetails(packet, DETAILS)].join(' ');
}

/** The rest of a line that describes a packet of some other protocol, behind the word proto. */
export function parseOther(head: PacketHead, reader: WordReader): OtherPacket {
  const protocol = parseProtocol(reader.next('the protocol', { allowed: ALLOWED }));
  const word = reader.next('the number of bytes');
  const length = parseNumber(word, 'number of bytes', { min: 0, max: MOST_PAYLOAD_BYTES });
  const details = parseDetails(reader, DETAILS, 'a packet of another protocol');
  checkFits(details, { all: length, most: MOST_BYTES }, word);
  checkData(details.data, length, word);
  return { kind: 'other', ...head, protocol, length, ...details };
}

/** Protocols that have words of their own, for who asks for their numbers. */
const OWN_WORDS: Readonly<Record<number, string>> = {
  [PROTOCOL_ICMP]: 'write echo or icmp instead',
  [PROTOCOL_TCP]: 'write flags instead, as in S 0:0(0)',
  [PROTOCOL_UDP]: 'write udp instead',
  [PROTOCOL_SCTP]: 'write sctp instead',
};

function parseProtocol(word: Word): number {
  const name = NAMES.find((one) => one === word.text);
  if (name) return IP_PROTOCOLS[name];
  if (!/^\d/.test(word.text))
    throw new TextError(word, `"${word.text}" is no protocol`, {
      allowed: ALLOWED,
      ...hint(didYouMean(word.text, NAMES)),
    });
  const protocol = parseNumber(word, 'protocol', { min: 0, max: 255 });
  if (!NOT_OTHER.has(protocol)) return protocol;
  throw new TextError(word, `a packet of protocol ${protocol} is not described so`, {
    hint: OWN_WORDS[protocol] ?? 'choose another: what conntrack makes of its ports is not modelled',
  });
}
