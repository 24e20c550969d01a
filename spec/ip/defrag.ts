import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { ECN_OF_FRAGMENTS } from '../tables/ecn.ts';
import { newTimer } from '../timer.ts';
import { delTimer, modTimer } from '../timers.ts';
import { note } from '../trace-log.ts';
import { ICMP_EXC_FRAGTIME, ICMP_TIME_EXCEEDED } from '../wire/icmp.ts';
import { changedHeader, printIpv4Packet } from '../wire/ipv4.ts';
import { icmpSend } from './icmp.ts';
import { routeInput } from './route.ts';
import type { DefragUser, FragmentQueue, QueuedFragment } from './types.ts';

const ECN_BITS = 3;
const MOST_BYTES = 65535;

/**
 * Takes a fragment in (net/ipv4/ip_fragment.c, ip_defrag). True when it was the last one missing: `skb` is then the
 * whole packet. Otherwise it waits for the others, or is lost.
 */
export function ipDefrag(net: Net, skb: Skb, user: DefragUser): boolean {
  const queue = find(net, skb, user);
  if (isTooFar(net, queue)) restart(net, queue);
  const fate = enqueue(queue, skb);
  if (fate !== 'queued') {
    if (fate !== 'duplicate') kill(net, queue);
    return lost(net, FATES[fate]);
  }
  if (!queue.firstIn || !queue.lastIn || queue.meat !== queue.length) {
    note(net, 'ip_defrag', user, '', () => `fragment ${queue.fragments.length}: waits for the others`);
    return false;
  }
  kill(net, queue);
  return reassemble(net, queue, skb);
}

const FATES = {
  overlap: 'overlaps another: all of them are dropped',
  duplicate: 'is here already: dropped',
  end: 'contradicts the end that another showed: all of them are dropped',
  empty: 'holds nothing: all of them are dropped',
} as const;

function lost(net: Net, why: string): false {
  note(net, 'ip_defrag', 'ip_frag_queue', '', () => `the fragment ${why}`);
  return false;
}

function find(net: Net, { header }: Skb, user: DefragUser): FragmentQueue {
  const key = `${user} ${header.id} ${header.protocol} ${header.source}>${header.destination}`;
  const known = net.fragments.queues.get(key);
  if (known) return known;
  const counts = sysctl(net, 'net.ipv4.ipfrag_max_dist') !== 0;
  const queue: FragmentQueue = {
    key,
    user,
    fragments: [],
    ...NOTHING_YET,
    largest: 0,
    largestDf: 0,
    inDevice: '',
    peer: counts ? header.source : undefined,
    seen: 0,
    timer: newTimer(() => net.parts.fragmentsExpired(net, queue)),
  };
  net.fragments.queues.set(key, queue);
  setTimer(net, queue);
  return queue;
}

const NOTHING_YET = { length: 0, meat: 0, firstIn: false, lastIn: false, ecn: 0 };

function setTimer(net: Net, { timer }: FragmentQueue): void {
  modTimer(net, timer, net.jiffies + sysctl(net, 'net.ipv4.ipfrag_time') * net.kernel.hz);
}

/** Whether too many others came from there since the queue's last one (ip_frag_too_far). */
function isTooFar(net: Net, queue: FragmentQueue): boolean {
  const most = sysctl(net, 'net.ipv4.ipfrag_max_dist');
  if (queue.peer === undefined || most === 0) return false;
  const { seen } = net.fragments;
  const before = queue.seen;
  queue.seen = (seen.get(queue.peer) ?? 0) + 1;
  seen.set(queue.peer, queue.seen);
  return queue.fragments.length > 0 && queue.seen - before > most;
}

/** Forgets what has come, but not how large it was (ip_frag_reinit). */
function restart(net: Net, queue: FragmentQueue): void {
  note(net, 'ip_defrag', 'ip_frag_reinit', '', () => 'too many others came in between: begins anew');
  setTimer(net, queue);
  queue.fragments.length = 0;
  Object.assign(queue, NOTHING_YET, { inDevice: '' });
}

/** ip_frag_queue: the fragment in its place, if it has one. */
function enqueue(queue: FragmentQueue, skb: Skb): 'queued' | keyof typeof FATES {
  const { header, payload } = skb;
  const offset = header.fragmentOffset * 8;
  let end = offset + payload.length;
  if (header.moreFragments) {
    end -= end % 8;
    if (end > queue.length) {
      if (queue.lastIn) return 'end';
      queue.length = end;
    }
  } else {
    if (end < queue.length || (queue.lastIn && end !== queue.length)) return 'end';
    queue.lastIn = true;
    queue.length = end;
  }
  if (end <= offset) return 'empty';
  const fate = insert(queue.fragments, { skb: { ...skb }, offset, end });
  if (fate !== 'queued') return fate;
  const size = 20 + header.options.length + end - offset;
  queue.inDevice = skb.inDevice;
  queue.meat += end - offset;
  queue.ecn |= 1 << (header.tos & ECN_BITS);
  queue.firstIn ||= offset === 0;
  queue.largest = Math.max(queue.largest, size);
  if (header.dontFragment) queue.largestDf = Math.max(queue.largestDf, size);
  return 'queued';
}

/**
 * net/ipv4/inet_fragment.c, inet_frag_queue_insert: any overlap is an attack. What lies wholly within fragments that
 * came right behind each other at the end of the queue is a duplicate; within others, only within a single one.
 */
function insert(
  fragments: QueuedFragment[],
  { skb, offset, end }: Omit<QueuedFragment, 'run'>,
): 'queued' | 'overlap' | 'duplicate' {
  const last = fragments.at(-1);
  const newRun = fragments.length;
  if (!last || last.end < end) {
    if (last && offset < last.end) return 'overlap';
    const run = last && offset === last.end ? last.run : newRun;
    fragments.push({ skb, offset, end, run });
    return 'queued';
  }
  for (const run of runs(fragments)) {
    if (end <= run.offset || offset >= run.end) continue;
    return offset >= run.offset && end <= run.end ? 'duplicate' : 'overlap';
  }
  const before = fragments.findIndex((other) => other.offset >= end);
  fragments.splice(before, 0, { skb, offset, end, run: newRun });
  return 'queued';
}

function runs(fragments: readonly QueuedFragment[]): Iterable<{ offset: number; end: number }> {
  const found = new Map<number, { offset: number; end: number }>();
  for (const { run, offset, end } of fragments) {
    const known = found.get(run);
    if (known) known.end = end;
    else found.set(run, { offset, end });
  }
  return found.values();
}

/** ip_frag_reasm: the last one to come becomes the whole, with the header of the first part. */
function reassemble(net: Net, queue: FragmentQueue, skb: Skb): boolean {
  const { fragments, largest, largestDf } = queue;
  const head = fragments[0]!.skb;
  const ecn = ECN_OF_FRAGMENTS[queue.ecn]!;
  if (ecn === 'dropped') return lost(net, 'and another disagree about congestion: all are dropped');
  if (20 + head.header.options.length + queue.length > MOST_BYTES)
    return lost(net, 'makes the packet too long: all of them are dropped');
  const dontFragment = largestDf === largest;
  const { inDevice, outDevice, nextHop, way, toLocal } = skb;
  Object.assign(skb, head, { inDevice, outDevice, nextHop, way, toLocal });
  skb.header = changedHeader(head.header, {
    tos: head.header.tos | ecn,
    dontFragment,
    moreFragments: false,
    fragmentOffset: 0,
  });
  skb.payload = joined(fragments, queue.length);
  // For local delivery the buffers are copied into one (ip_frag_coalesce_ok).
  const buffers = fragments.map(({ offset, end }) => end - offset);
  skb.reassembled = {
    largest,
    dontFragment,
    buffers: queue.user === 'LOCAL_DELIVER' ? undefined : buffers,
  };
  note(net, 'ip_defrag', queue.user, '', () => `${fragments.length} fragments are one packet again`);
  return true;
}

function joined(fragments: readonly QueuedFragment[], length: number): Uint8Array {
  const payload = new Uint8Array(length);
  for (const { skb, offset, end } of fragments) payload.set(skb.payload.subarray(0, end - offset), offset);
  return payload;
}

function kill(net: Net, queue: FragmentQueue): void {
  delTimer(net, queue.timer);
  net.fragments.queues.delete(queue.key);
}

/**
 * The others did not come in time (ip_expire). If the first one did, its sender is told: by whoever is the packet's
 * destination, or stands in for it, but not by a mere router's connection tracking.
 */
export function fragmentsExpired(net: Net, queue: FragmentQueue): void {
  kill(net, queue);
  note(net, 'ip_defrag', 'ip_expire', '', () => 'the rest did not come in time: dropped');
  const first = queue.fragments[0];
  // Nobody is told of pieces that no device has brought.
  if (!queue.firstIn || !first || queue.inDevice === '') return;
  const { header, payload } = first.skb;
  const about = { ...first.skb, inDevice: queue.inDevice };
  const route = routeInput(net, about, queue.inDevice);
  if (route.kind === 'none' && !route.error) return;
  about.toLocal = route.kind === 'local';
  if (queue.user === 'CONNTRACK_IN' && !about.toLocal) return;
  // Its header still counts the bytes that were cut off to make it a multiple of eight.
  const quoted = printIpv4Packet({ header, payload }).subarray(0, 20 + header.options.length + first.end);
  icmpSend(net, about, { type: ICMP_TIME_EXCEEDED, code: ICMP_EXC_FRAGTIME, info: 0 }, quoted);
}
