import type { Net } from '../state.ts';
import type { Ipv4 } from '../wire/address.ts';
import type { Peer } from './types.ts';

/** What is remembered of somebody, from the first time that it is asked for (net/ipv4/inetpeer.c, inet_getpeer). */
export function peerOf({ peers, jiffies, kernel }: Net, address: Ipv4): Peer {
  const peer = peers.get(address) ?? { last: jiffies - 60 * kernel.hz, redirects: 0, tokens: 0 };
  peers.set(address, peer);
  return peer;
}
