import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { PROTOCOL_UDP } from '../wire/ipv4.ts';
import { collectExpects, removeExpects } from './expect.ts';
import { newTcpTrack } from './tcp-track.ts';
import { invert, keyOf } from './tuple.ts';
import { type Direction, directionOf, type NfConn, ORIGINAL, REPLY, type Tuple } from './types.ts';

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

/** The living entry that a tuple belongs to, and in which direction (nf_conntrack_find_get). */
export function find(net: Net, tuple: Tuple): { entry: NfConn; direction: Direction } | undefined {
  const found = net.conntrack.table.get(keyOf(tuple));
  if (!found || found.entry.timeout > net.jiffies) return found;
  // Timers run before the step's end, when what has timed out is collected.
  kill(net, found.entry);
  return undefined;
}

/** Takes an entry out of the table (nf_ct_kill). */
export function kill(net: Net, entry: NfConn): void {
  if (entry.dying) return;
  entry.dying = true;
  for (const tuple of entry.tuples) {
    const key = keyOf(tuple);
    if (net.conntrack.table.get(key)?.entry === entry) net.conntrack.table.delete(key);
  }
  if (entry.nat?.done.SRC) forgetSource(net, entry);
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
  const { table } = net.conntrack;
  if (entry.dying) return false;
  const taken = table.get(keyOf(entry.tuples[ORIGINAL])) ?? table.get(keyOf(entry.tuples[REPLY]));
  if (taken) {
    if (!canMerge(net, taken.entry, entry)) return false;
    skb.ct = { entry: taken.entry, info: skb.ct.info };
    return true;
  }
  entry.timeout += net.jiffies;
  table.set(keyOf(entry.tuples[ORIGINAL]), { entry, direction: ORIGINAL });
  table.set(keyOf(entry.tuples[REPLY]), { entry, direction: REPLY });
  entry.confirmed = true;
  // The kernel does so as soon as NAT has decided, but an entry that is never confirmed is not found by others.
  if (entry.nat?.done.SRC) rememberSource(net, entry);
  return true;
}

function canMerge({ kernel }: Net, first: NfConn, second: NfConn): boolean {
  if (second.tuples[ORIGINAL].protocol !== PROTOCOL_UDP) return false;
  const [original, reply] = second.tuples.map(keyOf);
  const [there, back] = first.tuples.map(keyOf);
  if (original === there && reply === back) return true;
  if (kernel.has('conntrack-clash-same-tuples-only')) return original === back && reply === there;
  return !first.nat?.done.SRC && !first.nat?.done.DST;
}

/** What entries with the same source have in common (hash_by_src, same_src). */
export function sourceKeyOf({ protocol, src, sport }: Tuple): string {
  return `${protocol} ${src}:${sport}`;
}

function rememberSource({ conntrack: { bySource } }: Net, entry: NfConn): void {
  const key = sourceKeyOf(entry.tuples[ORIGINAL]);
  bySource.set(key, [entry, ...(bySource.get(key) ?? [])]);
}

function forgetSource({ conntrack: { bySource } }: Net, entry: NfConn): void {
  const key = sourceKeyOf(entry.tuples[ORIGINAL]);
  const left = (bySource.get(key) ?? []).filter((one) => one !== entry);
  if (left.length > 0) bySource.set(key, left);
  else bySource.delete(key);
}

/** Gives an entry some more time, counted from confirmation if that is still to come (nf_ct_refresh). */
export function refresh(net: Net, entry: NfConn, jiffies: number): void {
  entry.timeout = entry.confirmed ? net.jiffies + jiffies : jiffies;
}

/** Forgets what has timed out. The kernel does it when it next looks at an entry; nobody sees the difference. */
export function collectExpired(net: Net): void {
  for (const { entry } of net.conntrack.table.values()) {
    if (entry.timeout <= net.jiffies) kill(net, entry);
  }
  collectExpects(net);
}
