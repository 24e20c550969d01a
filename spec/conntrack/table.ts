import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { PROTOCOL_UDP } from '../wire/ipv4.ts';
import { removeExpects } from './expect.ts';
import { newTcpTrack } from './tcp-track.ts';
import { invert, sameTuple } from './tuple.ts';
import {
  type Conntrack,
  type Direction,
  directionOf,
  type NfConn,
  ORIGINAL,
  REPLY,
  type Tuple,
} from './types.ts';

/**
 * A fresh entry, known to its packet only until it is confirmed (init_conntrack); none for what has no answer.
 */
export function newEntry(tuple: Tuple, { openPort }: Pick<NfConn, 'openPort'>): NfConn | undefined {
  const reply = invert(tuple);
  if (!reply) return undefined;
  return {
    tuples: [tuple, reply],
    openPort,
    confirmed: false,
    dying: false,
    seenReply: false,
    assured: false,
    timeout: 0,
    mark: 0,
    helper: undefined,
    master: undefined,
    seqAdjust: undefined,
    adjusted: false,
    nat: undefined,
    tcp: newTcpTrack(),
    udp: { streamTs: 0 },
    sctp: undefined,
  };
}

/** An entry, and in which of its directions a tuple goes (struct nf_conntrack_tuple_hash). */
interface Found {
  readonly entry: NfConn;
  readonly direction: Direction;
}

/** The entry that a tuple belongs to, dead or alive (__nf_conntrack_find). */
export function lookup({ entries }: Conntrack, tuple: Tuple): Found | undefined {
  for (const entry of entries) {
    if (sameTuple(entry.tuples[REPLY], tuple)) return { entry, direction: REPLY };
    if (sameTuple(entry.tuples[ORIGINAL], tuple)) return { entry, direction: ORIGINAL };
  }
  return undefined;
}

/** The living entry that a tuple belongs to (nf_conntrack_find_get). */
export function find(net: Net, tuple: Tuple): Found | undefined {
  const found = lookup(net.conntrack, tuple);
  if (!found || found.entry.timeout > net.jiffies) return found;
  // Timers run before the step's end, when what has timed out is collected.
  kill(net, found.entry);
  return undefined;
}

/** Takes an entry out of the table (nf_ct_kill). */
export function kill(net: Net, entry: NfConn): void {
  if (entry.dying) return;
  entry.dying = true;
  const { entries } = net.conntrack;
  const at = entries.indexOf(entry);
  if (at >= 0) entries.splice(at, 1);
  removeExpects(net, entry);
}

/**
 * Puts a packet's entry into the table when the packet has made it to the end of its way (__nf_conntrack_confirm).
 * False when one of its tuples is taken: the packet is lost, but for a datagram that may from then on belong to the
 * entry that was there first (__nf_ct_resolve_clash).
 */
export function confirm(net: Net, skb: Skb): boolean {
  if (!skb.ct || skb.ct.entry.confirmed || directionOf(skb.ct.info) === REPLY) return true;
  const { entry } = skb.ct;
  const { conntrack } = net;
  if (entry.dying) return false;
  const taken = lookup(conntrack, entry.tuples[ORIGINAL]) ?? lookup(conntrack, entry.tuples[REPLY]);
  if (taken) {
    if (!canMerge(net, taken.entry, entry)) return false;
    skb.ct = { entry: taken.entry, info: skb.ct.info };
    return true;
  }
  entry.timeout += net.jiffies;
  conntrack.entries.push(entry);
  entry.confirmed = true;
  return true;
}

function canMerge({ kernel }: Net, first: NfConn, second: NfConn): boolean {
  if (second.tuples[ORIGINAL].protocol !== PROTOCOL_UDP) return false;
  const [original, reply] = second.tuples;
  const [there, back] = first.tuples;
  if (sameTuple(original, there) && sameTuple(reply, back)) return true;
  if (kernel.has('conntrack-clash-same-tuples-only'))
    return sameTuple(original, back) && sameTuple(reply, there);
  return !first.nat?.done.SRC && !first.nat?.done.DST;
}

/** Gives an entry some more time, counted from confirmation if that is still to come (nf_ct_refresh). */
export function refresh(net: Net, entry: NfConn, jiffies: number): void {
  entry.timeout = entry.confirmed ? net.jiffies + jiffies : jiffies;
}

/**
 * Forgets what has timed out. The kernel does it when it next looks at an entry, at the latest when somebody reads
 * /proc/net/nf_conntrack; until then its tuples are taken (ct_seq_show, nf_ct_should_gc).
 */
export function collectExpired(net: Net): void {
  const { entries } = net.conntrack;
  for (let at = entries.length - 1; at >= 0; at -= 1)
    if (entries[at]!.timeout <= net.jiffies) kill(net, entries[at]!);
}
