import type { Skb } from '../skb.ts';
import { ICMP_HEADER_BYTES } from '../wire/icmp.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP, word } from '../wire/ipv4.ts';
import type { Tuple } from './types.ts';

/** The tuple that a packet belongs to (nf_ct_get_tuple); undefined where there are no ports to read. */
export function tupleOf(skb: Skb): Tuple | undefined {
  const { protocol, source, destination } = skb.header;
  if (!hasPorts(protocol) || skb.payload.length < 8) return undefined;
  return {
    protocol,
    src: source,
    sport: word(skb.payload, 0),
    dst: destination,
    dport: word(skb.payload, 2),
  };
}

/** The other direction's tuple (nf_ct_invert_tuple). */
export function invert(tuple: Tuple): Tuple {
  return {
    protocol: tuple.protocol,
    src: tuple.dst,
    sport: tuple.dport,
    dst: tuple.src,
    dport: tuple.sport,
  };
}

/** The tuple of the packet that an ICMP error quotes. */
export function quotedTuple(skb: Skb): Tuple | undefined {
  const quoted = skb.payload.subarray(ICMP_HEADER_BYTES);
  if (quoted.length < 28 || quoted[0]! >> 4 !== 4) return undefined;
  const headerBytes = (quoted[0]! & 15) * 4;
  const protocol = quoted[9]!;
  if (headerBytes < 20 || quoted.length < headerBytes + 8 || !hasPorts(protocol)) return undefined;
  return {
    protocol,
    src: word(quoted, 12) * 0x10000 + word(quoted, 14),
    sport: word(quoted, headerBytes),
    dst: word(quoted, 16) * 0x10000 + word(quoted, 18),
    dport: word(quoted, headerBytes + 2),
  };
}

/** Equal tuples have equal keys. */
export function keyOf(tuple: Tuple): string {
  return `${tuple.protocol} ${tuple.src}:${tuple.sport}>${tuple.dst}:${tuple.dport}`;
}

function hasPorts(protocol: number): boolean {
  return protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP;
}
