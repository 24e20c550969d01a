import type { AddressType, AddressTypes, Match } from '../config/rules.ts';
import { isLocalAddress } from '../ip/fib.ts';
import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { type Ipv4, prefixMask } from '../wire/address.ts';

/** net/netfilter/xt_addrtype.c, addrtype_mt_v1 */
export function addrtypeMatches(net: Net, match: Extract<Match, { kind: 'addrtype' }>, skb: Skb): boolean {
  return holds(net, match.source, skb.header.source) && holds(net, match.destination, skb.header.destination);
}

function holds(net: Net, asked: AddressTypes | undefined, address: Ipv4): boolean {
  return !asked || asked.types.includes(addressType(net, address)) !== asked.inverted;
}

/** What the table of local routes says of an address (net/ipv4/fib_frontend.c, __inet_dev_addr_type). */
export function addressType(net: Net, address: Ipv4): AddressType {
  const top = address >>> 24;
  if (address === 0xffffffff || top === 0) return 'BROADCAST';
  if (top >= 224 && top < 240) return 'MULTICAST';
  if (isBroadcast(net, address)) return 'BROADCAST';
  return isLocalAddress(net, address) ? 'LOCAL' : 'UNICAST';
}

/** The last address of a link's network, or of lo's. */
function isBroadcast({ config }: Net, address: Ipv4): boolean {
  const last = (network: Ipv4, length: number) => (network | ~prefixMask(length)) >>> 0;
  return (
    address === 0x7fffffff ||
    config.topology.links.some((link) => address === last(link.address, link.prefixLength))
  );
}
