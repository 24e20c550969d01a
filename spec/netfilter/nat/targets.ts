import type { NatTarget } from '../../config/rules.ts';
import { LOOPBACK } from '../../ip/route.ts';
import type { Skb } from '../../skb.ts';
import type { Net } from '../../state.ts';
import type { Ipv4 } from '../../wire/address.ts';
import type { Place } from '../types.ts';
import { natStatusOf, setupInfo } from './setup.ts';

/** 127.0.0.1 */
const INADDR_LOOPBACK = 0x7f000001;

/** The targets of the nat table (net/netfilter/xt_nat.c, xt_MASQUERADE.c, xt_REDIRECT.c): they decide, and end the table's say. */
export function natTarget(net: Net, skb: Skb, { kind, to }: NatTarget, place: Place): 'ACCEPT' {
  const { entry } = skb.ct!;
  switch (kind) {
    case 'SNAT':
      setupInfo(net, entry, to, 'SRC');
      break;
    case 'DNAT':
      setupInfo(net, entry, to, 'DST');
      break;
    case 'MASQUERADE':
      if (!entry.confirmed) natStatusOf(entry).masqDevice = place.outDevice;
      setupInfo(net, entry, { ...to, addresses: only(addressOf(net, place.outDevice)) }, 'SRC');
      break;
    case 'REDIRECT':
      setupInfo(net, entry, { ...to, addresses: only(redirectedTo(net, place)) }, 'DST');
      break;
  }
  return 'ACCEPT';
}

/** nf_nat_redirect.c, nf_nat_redirect_ipv4: to the director itself, by the device that the packet came in by. */
function redirectedTo(net: Net, { hook, inDevice }: Place): Ipv4 {
  if (hook === 'NF_INET_LOCAL_OUT' || inDevice === LOOPBACK) return INADDR_LOOPBACK;
  return addressOf(net, inDevice);
}

/** A device's own address; lo has none that others may see, so another device lends its own (devinet.c, inet_select_addr). */
function addressOf({ config }: Net, device: string): Ipv4 {
  const { links } = config.topology;
  return (links.find((link) => link.device === device) ?? links[0]!).address;
}

function only(address: Ipv4): { first: Ipv4; last: Ipv4 } {
  return { first: address, last: address };
}
