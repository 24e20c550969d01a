import type { AdminCommand } from './config/commands.ts';
import type { DirectorConfig } from './config/director-config.ts';
import type { Ipv4 } from './wire/address.ts';
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
  readonly director: DirectorConfig;
  readonly flows: Readonly<Record<string, Flow>>;
  readonly timeline: readonly TimelineItem[];
}

export interface Endpoint {
  readonly address: Ipv4;
  readonly port: number;
}

/** Two ends of a conversation as the client sees them; the far end may be a VIP or any other address. */
export interface Flow {
  readonly client: Endpoint;
  readonly service: Endpoint;
  /** What relative sequence number 0 of each side is on the wire, 0 to 2^32-1. */
  readonly isn: { readonly client: number; readonly server: number };
}

export type TimelineItem = Segment | Wait | Do;

/** One TCP segment of a flow. */
export interface Segment {
  readonly kind: 'segment';
  readonly flow: string;
  readonly from: 'client' | 'server';
  /**
   * Who really sends it, when that is not the host that the flow's sender is bound to: the name of a host of the
   * topology. A server segment `by: 'RIP2'` comes from RIP2, whichever real server the director chose.
   */
  readonly by?: string;
  /** Header bits, `tcp.ts` names them. */
  readonly flags: number;
  /** Relative to the sender's isn; may be negative (out of window on purpose). */
  readonly seq: number;
  /** Relative to the peer's isn. Sent also without the ACK flag, as header bytes are always there. */
  readonly ack: number;
  /** As on the wire, not scaled. */
  readonly window: number;
  /** Payload bytes; their content is a fixed pattern. */
  readonly length: number;
  readonly options: readonly TcpOption[];
  /** Default 64. */
  readonly ttl?: number;
  /** The TCP checksum is wrong on purpose. */
  readonly badChecksum?: boolean;
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
