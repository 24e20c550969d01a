import type { Skb } from '../skb.ts';
import { isFragment } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { changedHeader } from '../wire/ipv4.ts';

/**
 * A packet in pieces that fit (net/ipv4/ip_output.c, ip_do_fragment), but are no larger than those that it came in.
 * They all have the packet's id.
 */
export function ipDoFragment(net: Net, skb: Skb, mtu: number): readonly Skb[] {
  const largest = Math.min(mtu, skb.reassembled?.largest ?? mtu);
  const room = largest - 20 - skb.header.options.length;
  const pieces = asTheyCame(skb, room) ?? evenly(skb, room);
  note(net, 'ip_fragment', skb.outDevice, '', () => `${pieces.length} fragments for an MTU of ${mtu}`);
  return pieces;
}

/** The buffers of a packet that was put together, if each makes a fragment (ip_fraglist_next); DF is gone. */
function asTheyCame(skb: Skb, room: number): readonly Skb[] | undefined {
  const buffers = skb.reassembled?.buffers;
  if (!buffers || buffers.length < 2 || isFragment(skb)) return undefined;
  const last = buffers.length - 1;
  if (!buffers.every((bytes, index) => bytes <= room && (index === last || bytes % 8 === 0)))
    return undefined;
  let at = 0;
  return buffers.map((bytes) => {
    const one = piece(skb, at, bytes, false);
    at += bytes;
    return one;
  });
}

/** Each as large as can be, all but the last a multiple of eight bytes (ip_frag_next). */
function evenly(skb: Skb, room: number): readonly Skb[] {
  const whole = room & ~7;
  const pieces: Skb[] = [];
  for (let at = 0; at < skb.payload.length; ) {
    const left = skb.payload.length - at;
    const bytes = left > room ? whole : left;
    pieces.push(piece(skb, at, bytes, skb.reassembled?.dontFragment ?? false));
    at += bytes;
  }
  return pieces;
}

function piece(skb: Skb, at: number, bytes: number, dontFragment: boolean): Skb {
  const header = changedHeader(skb.header, {
    dontFragment,
    fragmentOffset: skb.header.fragmentOffset + at / 8,
    moreFragments: skb.header.moreFragments || at + bytes < skb.payload.length,
  });
  return { ...skb, header, payload: skb.payload.subarray(at, at + bytes) };
}
