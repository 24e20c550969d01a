import type { CtInfo, NfConn } from './conntrack/types.ts';
import type { WayOut } from './ip/route-types.ts';
import type { Template } from './netfilter/types.ts';
import type { Emitted } from './observation.ts';
import type { Ipv4 } from './wire/address.ts';
import { fold } from './wire/checksum.ts';
import { type Ipv4Header, PROTOCOL_TCP, printIpv4Packet, pseudoHeaderSum, setWord } from './wire/ipv4.ts';
import { parseTcp, parseTcpHeader, type TcpHeader, type TcpSegment } from './wire/tcp.ts';

/** What a packet remembers of the fragments that it was made of (struct inet_skb_parm). */
export interface Reassembled {
  /** The largest of them, IP header included (frag_max_size). */
  readonly largest: number;
  /** The largest said DF, so the pieces that it leaves in may do so too (IPSKB_FRAG_PMTU). */
  readonly dontFragment: boolean;
  /** Bytes of payload in the packet's first buffer and in those that hang on it (frag_list); undefined for one buffer. */
  readonly buffers: readonly number[] | undefined;
}

/**
 * A packet on its way through the director (struct sk_buff): a header that rules replace, and its payload. All have all
 * fields, and in one order: engines are several times slower with objects of many shapes.
 */
export interface Skb {
  header: Ipv4Header;
  /** What follows the IP header; never written in place. */
  payload: Uint8Array;
  /** Device it came in by; '' for what the director makes itself. */
  inDevice: string;
  /** Device it leaves by, once routed. */
  outDevice: string;
  /** The one that it was to leave by when its hook began; a new route within a hook does not change it (nf_hook_state.out). */
  hookOut: string;
  /** Whose MAC address it goes to: the destination, with direct routing the real server, or a router on the way. */
  nextHop: Ipv4;
  /** The route by which it leaves the director; undefined before it has one, and for what stays here. */
  way: WayOut | undefined;
  /** Passed on by ip_forward (IPSKB_FORWARDED). */
  forwarded: boolean;
  /** Routed to the director itself (RTCF_LOCAL). */
  toLocal: boolean;
  /** Entry and relation (skb->_nfct). */
  ct: { readonly entry: NfConn; readonly info: CtInfo } | undefined;
  /** IP_CT_UNTRACKED. */
  untracked: boolean;
  /** What a rule has said how its connection shall be tracked, if it begins one. */
  template: Template | undefined;
  /** Made about an untracked packet: without an entry, yet `CT --notrack` takes it for one that has one. */
  attached: boolean;
  /** The TCP checksum is left to the device (CHECKSUM_PARTIAL): until then only the pseudo header is in it. */
  checksumPartial: boolean;
  /** Its checksum was right when it came (csum_valid), which still holds for what it is wrapped in later. */
  checksumValid: boolean;
  mark: number;
  /** Made of fragments that came in, which decides how it leaves. */
  reassembled: Reassembled | undefined;
  /** May be cut for its way out whatever its DF says. */
  ignoreDf: boolean;
  /** A match of a rule cannot make sense of it: the table drops it (struct xt_action_param, hotdrop). */
  hotdrop: boolean;
  /** IPVS has handled it; it does so once. */
  ipvsProperty: boolean;
  /** A program on the director has sent it whole (IP_HDRINCL), and it has not left it yet. */
  raw: boolean;
  /** Parts that the reference leaves open, by `tables/freedoms`. */
  open: NonNullable<Emitted['open']>;
}

/** A packet that the director makes itself. */
export function localSkb(header: Ipv4Header, payload: Uint8Array, open: Skb['open'] = []): Skb {
  return {
    header,
    payload,
    inDevice: '',
    outDevice: '',
    hookOut: '',
    nextHop: header.destination,
    way: undefined,
    forwarded: false,
    toLocal: false,
    ct: undefined,
    untracked: false,
    template: undefined,
    attached: false,
    checksumPartial: false,
    checksumValid: false,
    mark: 0,
    reassembled: undefined,
    ignoreDf: false,
    hotdrop: false,
    ipvsProperty: false,
    raw: false,
    open,
  };
}

/** skb->len at the network layer, in bytes. */
export function length(skb: Skb): number {
  return 20 + skb.header.options.length + skb.payload.length;
}

/** Whether it is one of several, not a whole packet (ip_is_fragment). */
export function isFragment({ header }: Skb): boolean {
  return header.moreFragments || header.fragmentOffset !== 0;
}

/**
 * Brings so many bytes of payload into the packet's first buffer, where they can be written (net/core/skbuff.c,
 * __pskb_pull_tail). They are gone from the buffers behind it, so the packet may leave in other pieces.
 */
export function ensureWritable(skb: Skb, bytes: number): void {
  const buffers = skb.reassembled?.buffers;
  if (!buffers || buffers[0]! >= bytes) return;
  let missing = bytes - buffers[0]!;
  const rest: number[] = [];
  for (const held of buffers.slice(1)) {
    const eaten = Math.min(held, missing);
    missing -= eaten;
    if (eaten < held) rest.push(held - eaten);
  }
  const kept = rest.length > 0 ? [bytes, ...rest] : undefined;
  skb.reassembled = { ...skb.reassembled!, buffers: kept };
}

/** The packet's bytes as they would be on the wire. */
export function bytesOf(skb: Skb): Uint8Array {
  return printIpv4Packet(skb);
}

/** The bytes as the director has them in hand: a checksum that is left to the device is not in them yet. */
export function unfinishedBytesOf(skb: Skb): Uint8Array {
  const bytes = bytesOf(skb);
  if (!skb.checksumPartial) return bytes;
  const { source, destination, protocol, options } = skb.header;
  const sum = pseudoHeaderSum(source, destination, protocol, skb.payload.length);
  setWord(bytes, 20 + options.length + 16, ~fold(sum) & 0xffff);
  return bytes;
}

/** The TCP header, as far as it is there; undefined when ports or flags are not. */
export function tcpHeaderOf(skb: Skb): TcpHeader | undefined {
  return skb.header.protocol === PROTOCOL_TCP ? parseTcpHeader(skb.payload) : undefined;
}

/** The TCP segment, or undefined when it is none or cut. */
export function tcpOf(skb: Skb): TcpSegment | undefined {
  return skb.header.protocol === PROTOCOL_TCP ? parseTcp(skb.payload) : undefined;
}
