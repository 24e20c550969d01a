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

/** What identifies a neighbour. */
export function neighbourKey(device: string, address: Ipv4): string {
  return `${device} ${address}`;
}
