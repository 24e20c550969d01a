import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';

/**
 * A packet in pieces that fit (net/ipv4/ip_output.c, ip_do_fragment, ip_frag_next): each as large as can be, all but
 * the last a multiple of eight bytes. They all have the packet's id; DF is gone.
 */
export function ipDoFragment(net: Net, skb: Skb, mtu: number): readonly Skb[] {
  const room = mtu - 20 - skb.header.options.length;
  const whole = room & ~7;
  const pieces: Skb[] = [];
  for (let at = 0; at < skb.payload.length; ) {
    const left = skb.payload.length - at;
    const bytes = left > room ? whole : left;
    const header = {
      ...skb.header,
      dontFragment: false,
      fragmentOffset: skb.header.fragmentOffset + at / 8,
      moreFragments: skb.header.moreFragments || bytes < left,
    };
    pieces.push({ ...skb, header, payload: skb.payload.subarray(at, at + bytes) });
    at += bytes;
  }
  note(net, 'ip_fragment', skb.outDevice, '', () => `${pieces.length} fragments for an MTU of ${mtu}`);
  return pieces;
}
