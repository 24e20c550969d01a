import type { Skb } from '../skb.ts';
import type { Timer } from '../timer.ts';
import type { Ipv4 } from '../wire/address.ts';

/** A next hop that does not answer, and what waits for it (struct neighbour in NUD_INCOMPLETE). */
export interface Neighbour {
  readonly queue: Skb[];
  probes: number;
  readonly timer: Timer;
}

/** Next hops that are being asked for, by device and address. Hosts of the topology are known for good. */
export type Neighbours = Map<string, Neighbour>;

/** What a router further on said of the way to somebody (struct fib_nh_exception). */
export interface PathMtu {
  readonly mtu: number;
  /** Said to be smaller than the kernel believes any to be: from then on even forwarded packets obey it. */
  readonly locked: boolean;
  /** Jiffies. */
  readonly expires: number;
}

/** Who puts fragments together (enum ip_defrag_users); each has queues of its own. */
export type DefragUser = 'LOCAL_DELIVER' | 'CONNTRACK_IN' | 'CONNTRACK_OUT' | 'VS_IN' | 'VS_FWD' | 'VS_OUT';

/** A fragment that waits for the others. */
export interface QueuedFragment {
  readonly skb: Skb;
  /** Where it begins and ends in the whole payload, in bytes. */
  readonly offset: number;
  readonly end: number;
  /** Fragments that came one right behind the other hang together. */
  readonly run: number;
}

/** Fragments of one packet, as far as they have come (struct ipq). */
export interface FragmentQueue {
  readonly key: string;
  readonly user: DefragUser;
  /** By offset. */
  readonly fragments: QueuedFragment[];
  /** The length of the whole as far as is known, and how much of it is here; bytes. */
  length: number;
  meat: number;
  firstIn: boolean;
  lastIn: boolean;
  /** The largest fragment, and the largest that said DF; IP header included. */
  largest: number;
  largestDf: number;
  /** Bit n: a fragment had n as its ECN bits. */
  ecn: number;
  /** Where the last one came in. */
  inDevice: string;
  /** Whose fragments are counted to tell how far apart they come; undefined when they are not. */
  readonly peer: Ipv4 | undefined;
  /** That count when its last one came. */
  seen: number;
  readonly timer: Timer;
}

/** Everything that waits to be put together. */
export interface Fragments {
  readonly queues: Map<string, FragmentQueue>;
  /** How many fragments came from each address (struct inet_peer, rid). */
  readonly seen: Map<Ipv4, number>;
}

/** What was said to somebody lately, so that it is not said too often (struct inet_peer). */
export interface Peer {
  /** When it was last told of a shorter way, or had a packet that could not be routed; jiffies (rate_last). */
  last: number;
  /** Times that it was told of a shorter way and took no notice (n_redirects). */
  redirects: number;
  /** Jiffies saved up, which errors are paid with (rate_tokens). */
  tokens: number;
}

/** What identifies a neighbour. */
export function neighbourKey(device: string, address: Ipv4): string {
  return `${device} ${address}`;
}
