import type { Ipv4, Mac } from '../../spec/wire/address.ts';
import { ETHERTYPE_IPV4 } from '../../spec/wire/ethernet.ts';
import { greHeaderBytes, parseGre } from '../../spec/wire/gre.ts';
import { parseGue } from '../../spec/wire/gue.ts';
import {
  long,
  PROTOCOL_GRE,
  PROTOCOL_IPIP,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  word,
} from '../../spec/wire/ipv4.ts';
import { UDP_HEADER_BYTES } from '../../spec/wire/udp.ts';

/** An IPv4 packet of a capture, of which the end may be missing. */
export interface CapturedPacket {
  /** Of the capture's frames, counted from 1 as Wireshark does. */
  readonly number: number;
  /** Microseconds since 1970. */
  readonly at: number;
  /** The network device, '' where the capture does not name it. */
  readonly device: string;
  readonly way: 'in' | 'out' | 'passing' | undefined;
  readonly macs: { readonly source: Mac; readonly destination: Mac } | undefined;
  /** In what it is wrapped (IPIP, GRE, GUE), the director's tunnels first of all; all else is of the inner packet. */
  readonly outer?: CapturedPacket;
  /** A fragment of what wraps another packet for a tunnel of the director, which is not in this one. */
  readonly isTunnelPiece?: true;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly protocol: number;
  readonly id: number;
  readonly ttl: number;
  readonly tos: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In bytes. */
  readonly offset: number;
  /** Bytes behind the IP header, by what it says. */
  readonly length: number;
  /** Those of them that were captured. */
  readonly body: Uint8Array;
}

type Where = Pick<CapturedPacket, 'number' | 'at' | 'device' | 'way' | 'macs'>;

const NO_PORTS: ReadonlySet<number> = new Set();

/**
 * Undefined for what has no whole IPv4 header. Checksums are not looked at: network cards compute them later. `guePorts`:
 * the UDP ports behind which packets are tunnelled.
 */
export function readPacket(
  bytes: Uint8Array,
  where: Where,
  guePorts: ReadonlySet<number> = NO_PORTS,
): CapturedPacket | undefined {
  if (bytes.length < 20 || bytes[0]! >> 4 !== 4) return undefined;
  const header = (bytes[0]! & 15) * 4;
  if (header < 20 || header > bytes.length) return undefined;
  // Segmentation in the network card leaves a length of 0 behind.
  const total = word(bytes, 2) || bytes.length;
  if (total < header) return undefined;
  const body = bytes.subarray(header, total);
  const fragment = word(bytes, 6);
  // What a tunnel made too large is cut outside; the first piece has all headers.
  const start = (fragment & 0x1fff) === 0 ? innerStart(bytes[9]!, body, guePorts) : undefined;
  const inner = start === undefined ? undefined : readPacket(body.subarray(start), where);
  const packet: CapturedPacket = {
    ...where,
    source: long(bytes, 12),
    destination: long(bytes, 16),
    protocol: bytes[9]!,
    id: word(bytes, 4),
    ttl: bytes[8]!,
    tos: bytes[1]!,
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    offset: (fragment & 0x1fff) * 8,
    length: total - header,
    body,
  };
  return inner && !inner.outer ? { ...inner, outer: packet } : packet;
}

/** Where the tunnelled packet begins in what follows the outer IP header; undefined where there is none. */
function innerStart(protocol: number, body: Uint8Array, guePorts: ReadonlySet<number>): number | undefined {
  if (protocol === PROTOCOL_IPIP) return 0;
  if (protocol === PROTOCOL_GRE) {
    const gre = parseGre(body);
    return gre?.protocol === ETHERTYPE_IPV4 ? greHeaderBytes(gre.flags) : undefined;
  }
  if (protocol !== PROTOCOL_UDP || body.length < UDP_HEADER_BYTES || !guePorts.has(word(body, 2)))
    return undefined;
  const gue = parseGue(body.subarray(UDP_HEADER_BYTES));
  return gue?.protocol === PROTOCOL_IPIP ? UDP_HEADER_BYTES + gue.headerBytes : undefined;
}

const WITH_PORTS: ReadonlySet<number> = new Set([PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP]);

export const hasPorts = ({ protocol }: CapturedPacket): boolean => WITH_PORTS.has(protocol);

export function isFragment({ offset, moreFragments }: CapturedPacket): boolean {
  return offset > 0 || moreFragments;
}
