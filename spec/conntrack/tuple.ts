import type { Skb } from '../skb.ts';
import { CONNTRACK_ICMP_INVERSE } from '../tables/conntrack-icmp.ts';
import type { Ipv4 } from '../wire/address.ts';
import { ETHERTYPE_PPP, GRE_VERSION, parseGre } from '../wire/gre.ts';
import { ICMP_HEADER_BYTES } from '../wire/icmp.ts';
import {
  long,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  word,
} from '../wire/ipv4.ts';
import type { Tuple } from './types.ts';

const FRAGMENT_OFFSET = 0x1fff;

/** The tuple that a packet belongs to (nf_ct_get_tuple); undefined where a header is cut or unknown. */
export function tupleOf(skb: Skb): Tuple | undefined {
  const { protocol, source, destination, fragmentOffset } = skb.header;
  if (fragmentOffset !== 0) return undefined;
  return tupleFrom(protocol, source, destination, skb.payload, skb.open.includes('gue-source-port'));
}

/** The other direction's tuple (nf_ct_invert_tuple); undefined for ICMP messages that nobody answers. */
export function invert(tuple: Tuple): Tuple | undefined {
  const { protocol, src, dst, sport, dport, openPort } = tuple;
  if (protocol !== PROTOCOL_ICMP) return newTuple(protocol, dst, dport, src, sport, openPort);
  const type = CONNTRACK_ICMP_INVERSE.get(dport >> 8);
  if (type === undefined) return undefined;
  return newTuple(protocol, dst, sport, src, (type << 8) | (dport & 0xff));
}

/** The tuple of the packet that an ICMP error quotes (nf_ct_get_tuplepr). */
export function quotedTuple(skb: Skb): Tuple | undefined {
  const quoted = skb.payload.subarray(ICMP_HEADER_BYTES);
  if (quoted.length < 20 || (word(quoted, 6) & FRAGMENT_OFFSET) !== 0) return undefined;
  const headerBytes = (quoted[0]! & 15) * 4;
  if (quoted.length < headerBytes) return undefined;
  const open = skb.open.includes('gue-source-port');
  return tupleFrom(quoted[9]!, long(quoted, 12), long(quoted, 16), quoted.subarray(headerBytes), open);
}

/** nf_ct_tuple_equal. Who answers to an open port names one that no director chose, and meets nobody's entry. */
export function sameTuple(one: Tuple, other: Tuple): boolean {
  return (
    one.sport === other.sport &&
    one.dport === other.dport &&
    one.src === other.src &&
    one.dst === other.dst &&
    one.protocol === other.protocol &&
    one.openPort === other.openPort
  );
}

export function newTuple(
  protocol: number,
  src: Ipv4,
  sport: number,
  dst: Ipv4,
  dport: number,
  openPort = false,
): Tuple {
  return { protocol, src, sport, dst, dport, openPort };
}

/** The tuple with some fields other. */
export function changedTuple(tuple: Tuple, change: Partial<Omit<Tuple, 'protocol' | 'openPort'>>): Tuple {
  const { src = tuple.src, sport = tuple.sport, dst = tuple.dst, dport = tuple.dport } = change;
  return newTuple(tuple.protocol, src, sport, dst, dport, tuple.openPort);
}

/** ICMP has no ports: its id stands for one, type and code for the other. */
function tupleFrom(
  protocol: number,
  src: Ipv4,
  dst: Ipv4,
  transport: Uint8Array,
  openPort = false,
): Tuple | undefined {
  const { length } = transport;
  switch (protocol) {
    case PROTOCOL_TCP:
    case PROTOCOL_UDP:
    case PROTOCOL_SCTP:
      // The ports are enough, if an error quotes no more.
      if (length < 4) return undefined;
      return newTuple(protocol, src, word(transport, 0), dst, word(transport, 2), openPort);
    case PROTOCOL_ICMP:
      if (length < 8) return undefined;
      return newTuple(protocol, src, word(transport, 4), dst, word(transport, 0), openPort);
    case PROTOCOL_GRE: {
      const call = callOf(transport);
      return call === undefined ? undefined : newTuple(protocol, src, 0, dst, call, openPort);
    }
    default:
      return newTuple(protocol, src, 0, dst, 0, openPort);
  }
}

/** Of GRE, only that of PPTP has something like a port, its call; undefined where it carries what PPTP does not (gre_pkt_to_tuple). */
function callOf(gre: Uint8Array): number | undefined {
  const header = parseGre(gre);
  if (!header || (header.flags & GRE_VERSION) !== 1 || gre.length < 8) return 0;
  return header.protocol === ETHERTYPE_PPP ? word(gre, 6) : undefined;
}
