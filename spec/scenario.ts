import type { AdminCommand } from './config/commands.ts';
import type { DirectorConfig } from './config/director-config.ts';
import type { Expectation } from './expectation.ts';
import type { Ipv4 } from './wire/address.ts';
import type { SctpChunkName } from './wire/sctp.ts';
import type { TcpOption } from './wire/tcp.ts';

/**
 * A director, and what happens to it: plain data that generators make, YAML holds and every director
 * plays. Packets are relative to their flow, since only a director decides which real server answers.
 */
export interface Scenario {
  /** Never renamed; generated scenarios have none. */
  readonly id?: string;
  readonly title?: string;
  /** Where the story comes from. */
  readonly source?: string;
  /** What somebody met, and why it is so: a sentence or two, in one line. */
  readonly story?: string;
  readonly director: DirectorConfig;
  readonly flows: Readonly<Record<string, Flow>>;
  readonly timeline: readonly TimelineItem[];
  /** What its author expects to see, in the order of the steps; generated scenarios expect nothing. */
  readonly expectations?: readonly Expectation[];
}

export interface Endpoint {
  readonly address: Ipv4;
  readonly port: number;
}

export type FlowProtocol = 'tcp' | 'udp' | 'sctp';

/** Two ends of a conversation as the client sees them; the far end may be a VIP or any other address. */
export interface Flow {
  readonly protocol: FlowProtocol;
  readonly client: Endpoint;
  readonly service: Endpoint;
  /** What relative sequence number 0 of each side is on the wire, 0 to 2^32-1; the tag that each side of SCTP chooses. */
  readonly isn: { readonly client: number; readonly server: number };
  /**
   * The name of another flow whose server is this one's too: a data connection of FTP that the server opens. Until
   * the director has said where this flow's packets go, its server is as far from that flow's port as the services are.
   */
  readonly with?: string;
}

export type TimelineItem = PacketItem | Wait | Do;

/** What a flow's ends send. */
export type PacketItem = Segment | Datagram | SctpChunks | Echo | IcmpError | OtherPacket;

/** Who sends a packet that the director itself does (`PacketOfFlow.by`). */
export const BY_DIRECTOR = 'director';

/** What every packet of a timeline has, whatever it carries. */
export interface PacketOfFlow {
  readonly flow: string;
  readonly from: 'client' | 'server';
  /**
   * Who really sends it, when that is not the host that the flow's sender is bound to: the name of a host of the
   * topology. A server segment `by: 'RIP2'` comes from RIP2, whichever real server the director chose. With
   * {@link BY_DIRECTOR} a program on the director sends it, from the flow's own address if the director has that, else
   * from its first.
   */
  readonly by?: string;
  /** Whose wire it comes by, when that is not its sender's own: the name of a host of the topology. Never of the director's. */
  readonly via?: string;
  /** Default 64. */
  readonly ttl?: number;
  /** Type of service, the ECN bits included; default 0. */
  readonly tos?: number;
  /** The IP header's identification, by which fragments find each other; default the number of the step. */
  readonly id?: number;
  /** Sent without DF: routers may cut it. */
  readonly mayFragment?: boolean;
  /** Only these bytes are sent of what would follow the packet's IP header; what is not there of them is zero. */
  readonly fragment?: FragmentRange;
  /** Sent with MF: more fragments follow. */
  readonly moreFragments?: boolean;
  /** The checksum of what the IP header is followed by is wrong on purpose. */
  readonly badChecksum?: boolean;
}

/** A part of an IP payload: where it begins, a multiple of 8, and how long it is; both in bytes. */
export interface FragmentRange {
  readonly offset: number;
  readonly length: number;
}

/** One TCP segment of a flow. */
export interface Segment extends PacketOfFlow {
  readonly kind: 'segment';
  /** Header bits, `tcp.ts` names them. */
  readonly flags: number;
  /** Relative to the sender's isn; may be negative (out of window on purpose). */
  readonly seq: number;
  /** Relative to the peer's isn. Sent also without the ACK flag, as header bytes are always there. */
  readonly ack: number;
  /** As on the wire, not scaled. */
  readonly window: number;
  /** Payload bytes; where neither `data` nor `text` says, their content is a fixed pattern. */
  readonly length: number;
  /** What the payload begins with; at least one byte. */
  readonly data?: Uint8Array;
  readonly options: readonly TcpOption[];
  /**
   * What the payload begins with, cut where it ends. Names in braces stand for addresses (`config/named-text`), since
   * nobody knows before which real server answers.
   */
  readonly text?: string;
}

/** One UDP datagram of a flow. */
export interface Datagram extends PacketOfFlow {
  readonly kind: 'datagram';
  /** Payload bytes; where `data` does not say, their content is a fixed pattern. */
  readonly length: number;
  /** What the payload begins with; at least one byte. */
  readonly data?: Uint8Array;
  /** Sent without a checksum, which UDP allows. */
  readonly noChecksum?: boolean;
}

/** One SCTP packet of a flow. */
export interface SctpChunks extends PacketOfFlow {
  readonly kind: 'sctp';
  /** At least one, in order. Their contents are fixed. */
  readonly chunks: readonly SctpChunkName[];
  /** The verification tag; by default the one that the receiver chose, and 0 with INIT. */
  readonly tag?: number;
}

/** A ping between a flow's two ends. Its identifier is the flow's client port. */
export interface Echo extends PacketOfFlow {
  readonly kind: 'echo';
  readonly message: 'request' | 'reply';
  /** Counts the pings of one identifier, 0 to 65535. */
  readonly seq: number;
  /** Bytes behind the ICMP header; their content is a fixed pattern. */
  readonly length: number;
}

/**
 * An ICMP error about the packet of the flow that reached this side last, quoted as it arrived there. When none
 * did, about the one that the other side sent last, as it was sent; when it sent none, about an empty one.
 */
export interface IcmpError extends PacketOfFlow {
  readonly kind: 'icmp';
  /** Any type, also one that reports no error. */
  readonly type: number;
  readonly code: number;
  /** The second half of the header's last four bytes: the next hop's MTU in type 3 code 4. Default 0. */
  readonly mtu?: number;
  /** Bytes of the quoted packet, its IP header included; default as many as Linux quotes, 548. */
  readonly quote?: number;
  /** The quoted packet is made to look like a fragment that begins there, in units of 8 bytes. */
  readonly quotedOffset?: number;
}

/** A packet of any other protocol than those above, between a flow's two ends: it has their addresses, and no ports. */
export interface OtherPacket extends PacketOfFlow {
  readonly kind: 'other';
  /** As in the IP header; `wire/ip-protocols` says which. */
  readonly protocol: number;
  /** Bytes behind the IP header; where `data` does not say, their content is a fixed pattern. */
  readonly length: number;
  /** What they begin with, headers of the protocol included; at least one byte. */
  readonly data?: Uint8Array;
}

/** Nothing happens for a while. */
export interface Wait {
  readonly kind: 'wait';
  readonly ms: number;
}

/** The administrator does something. */
export interface Do {
  readonly kind: 'do';
  readonly command: AdminCommand;
}

/** Whether something is sent here, by one of a flow's ends. */
export function isPacket(item: TimelineItem): item is PacketItem {
  return item.kind !== 'wait' && item.kind !== 'do';
}
