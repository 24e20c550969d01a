import { invert } from '../../conntrack/tuple.ts';
import { directionOf, type NatManip, ORIGINAL, REPLY, type Tuple } from '../../conntrack/types.ts';
import { ensureWritable, type Skb } from '../../skb.ts';
import { fold, replace16, replace32, sumWords } from '../../wire/checksum.ts';
import { GRE_VERSION } from '../../wire/gre.ts';
import { ICMP_HEADER_BYTES, ICMP_REDIRECT, icmpChecksumIsRight, isIcmpError } from '../../wire/icmp.ts';
import {
  changedHeader,
  long,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  setLong,
  setWord,
  word,
} from '../../wire/ipv4.ts';
import { SCTP_HEADER_BYTES, setSctpChecksum } from '../../wire/sctp.ts';
import { TCP_HEADER_BYTES } from '../../wire/tcp.ts';
import { UDP_HEADER_BYTES } from '../../wire/udp.ts';
import { isTranslated } from './hooks.ts';

/** Gives a packet the ends that the other direction's tuple, turned round, has; false: it is lost (nf_nat_core.c, nf_nat_manip_pkt). */
export function natPacket(skb: Skb, manip: NatManip): boolean {
  return manipulate(skb, invert(otherDirection(skb))!, manip);
}

/** Headers of the error and of what it quotes, which are looked at in any case. */
const QUOTED_BYTES = ICMP_HEADER_BYTES + 20;

/**
 * An error about a translated packet speaks of what its receiver sent, and seems to come from where that went
 * (net/netfilter/nf_nat_proto.c, nf_nat_icmp_reply_translation). False: it is lost.
 */
export function translateError(skb: Skb, manip: NatManip): boolean {
  if (skb.payload.length < QUOTED_BYTES) return false;
  ensureWritable(skb, QUOTED_BYTES);
  if (!icmpChecksumIsRight(skb.payload)) return false;
  if (skb.payload[0] === ICMP_REDIRECT && !mayRedirect(skb)) return false;
  if (!isTranslated(skb, manip)) return true;
  const other = otherDirection(skb);
  const quotedHeaderBytes = (skb.payload[ICMP_HEADER_BYTES]! & 15) * 4;
  pullHeader(skb, ICMP_HEADER_BYTES + quotedHeaderBytes, skb.payload[ICMP_HEADER_BYTES + 9]!);
  const bytes = skb.payload.slice();
  if (!manipulateQuoted(bytes.subarray(ICMP_HEADER_BYTES), other, manip === 'SRC' ? 'DST' : 'SRC'))
    return false;
  setWord(bytes, 2, 0);
  setWord(bytes, 2, fold(sumWords(bytes)));
  skb.payload = bytes;
  return manipulate(skb, { ...invert(other)!, protocol: PROTOCOL_ICMP }, manip);
}

/** A redirect would lead past the NAT: it passes only where there surely is none. */
function mayRedirect({ ct }: Skb): boolean {
  const { nat } = ct!.entry;
  if (!nat?.done.SRC || !nat.done.DST) return false;
  return !nat.changed.SRC && !nat.changed.DST;
}

function otherDirection({ ct }: Skb): Tuple {
  const { entry, info } = ct!;
  return entry.tuples[directionOf(info) === REPLY ? ORIGINAL : REPLY];
}

/** One end of a packet, as a tuple has it. */
interface End {
  readonly address: number;
  readonly port: number;
}

function endOf(tuple: Tuple, manip: NatManip): End {
  return manip === 'SRC'
    ? { address: tuple.src, port: tuple.sport }
    : { address: tuple.dst, port: tuple.dport };
}

/** A header that is written must be in one piece: of TCP's and SCTP's all that may be there (tcp_manip_pkt), else eight bytes; of other protocols nothing. */
function pullHeader(skb: Skb, at: number, protocol: number): void {
  const whole = HEADER_BYTES[protocol];
  if (whole === undefined) return;
  ensureWritable(skb, at + (skb.payload.length >= at + whole ? whole : 8));
}

/** Of the protocols of which more than addresses is translated, or looked at for it. */
const HEADER_BYTES: Readonly<Record<number, number>> = {
  [PROTOCOL_TCP]: TCP_HEADER_BYTES,
  [PROTOCOL_SCTP]: SCTP_HEADER_BYTES,
  [PROTOCOL_UDP]: UDP_HEADER_BYTES,
  [PROTOCOL_ICMP]: ICMP_HEADER_BYTES,
  [PROTOCOL_GRE]: 8,
};

/** Whether what would be translated, or looked at for it, is there: eight bytes, and of GRE a version that is known. */
function isComplete(bytes: Uint8Array, protocol: number, manip: NatManip): boolean {
  if (HEADER_BYTES[protocol] === undefined) return true;
  if (bytes.length < 8) return false;
  return protocol !== PROTOCOL_GRE || manip === 'SRC' || (bytes[1]! & GRE_VERSION) <= 1;
}

/** nf_nat_ipv4_manip_pkt */
function manipulate(skb: Skb, target: Tuple, manip: NatManip): boolean {
  if (!isComplete(skb.payload, target.protocol, manip)) return false;
  pullHeader(skb, 0, skb.header.protocol);
  const end = endOf(target, manip);
  const { source, destination } = skb.header;
  const bytes = skb.payload.slice();
  manipulateTransport(bytes, target, manip, manip === 'SRC' ? source : destination);
  skb.payload = bytes;
  const { address } = end;
  skb.header = changedHeader(skb.header, manip === 'SRC' ? { source: address } : { destination: address });
  return true;
}

/** The same for a packet that an error quotes, in place. A header checksum that was wrong stays so. */
function manipulateQuoted(quoted: Uint8Array, target: Tuple, manip: NatManip): boolean {
  const transport = quoted.subarray((quoted[0]! & 15) * 4);
  if (!isComplete(transport, target.protocol, manip)) return false;
  const at = manip === 'SRC' ? 12 : 16;
  const before = long(quoted, at);
  const { address } = endOf(target, manip);
  manipulateTransport(transport, target, manip, before);
  setWord(quoted, 10, replace32(word(quoted, 10), before, address));
  setLong(quoted, at, address);
  return true;
}

/** l4proto_manip_pkt: port and checksum, where they are; `before` is the address that is about to change. */
function manipulateTransport(bytes: Uint8Array, target: Tuple, manip: NatManip, before: number): void {
  const end = endOf(target, manip);
  switch (target.protocol) {
    case PROTOCOL_TCP:
      // What an error quotes may end before the checksum.
      if (bytes.length >= 20) setWord(bytes, 16, follow(word(bytes, 16), bytes, manip, before, end));
      setWord(bytes, portAt(manip), end.port);
      break;
    case PROTOCOL_UDP: {
      const checksum = word(bytes, 6);
      // 0 says that there is none.
      if (checksum !== 0) setWord(bytes, 6, follow(checksum, bytes, manip, before, end) || 0xffff);
      setWord(bytes, portAt(manip), end.port);
      break;
    }
    case PROTOCOL_SCTP:
      setWord(bytes, portAt(manip), end.port);
      // Made anew, so that a wrong one comes right, and in an error it covers what is there of the packet.
      if (bytes.length >= SCTP_HEADER_BYTES) setSctpChecksum(bytes);
      break;
    case PROTOCOL_ICMP:
      if (isIcmpError(bytes[0]!)) break;
      setWord(bytes, 2, replace16(word(bytes, 2), word(bytes, 4), target.sport));
      setWord(bytes, 4, target.sport);
      break;
  }
}

function portAt(manip: NatManip): number {
  return manip === 'SRC' ? 0 : 2;
}

/** The checksum over an address and a port that change. */
function follow(checksum: number, bytes: Uint8Array, manip: NatManip, before: number, end: End): number {
  return replace16(replace32(checksum, before, end.address), word(bytes, portAt(manip)), end.port);
}
