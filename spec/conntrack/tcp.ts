import { type Skb, tcpOf } from '../skb.ts';
import type { Net, Tracked } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { ConntrackTcpEvent, ConntrackTcpState, ConntrackTcpTimeout } from '../tables/conntrack-tcp.ts';
import type { Hook } from '../tables/hooks.ts';
import { before } from '../wire/seq.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, type TcpSegment, tcpChecksumIsRight } from '../wire/tcp.ts';
import { checksumFails } from './checksum.ts';
import { kill, refresh } from './table.ts';
import { newPeer, newTcpTrack } from './tcp-track.ts';
import { readOptions, segmentEnd, tcpInWindow } from './tcp-window.ts';
import { type Direction, directionOf, type NfConn, ORIGINAL, REPLY, type TrackVerdict } from './types.ts';

/** Everything about one segment that the steps below share. */
interface Step {
  readonly net: Net;
  readonly entry: NfConn;
  readonly skb: Skb;
  readonly segment: TcpSegment;
  readonly direction: Direction;
  readonly index: ConntrackTcpEvent;
}

/** Follows a TCP connection (net/netfilter/nf_conntrack_proto_tcp.c, nf_conntrack_tcp_packet). */
export function trackTcp(net: Net, { entry, skb, info, hook }: Tracked): TrackVerdict {
  const segment = tcpOf(skb);
  if (!segment || isBroken(net, skb, segment, hook)) return 'INVALID';
  if (!entry.confirmed && !beginTracking(net, entry, skb, segment)) return 'INVALID';
  const direction = directionOf(info);
  const step = { net, entry, skb, segment, direction, index: eventOf(segment.header.flags) } as const;
  const old = entry.tcp.state;
  const next = net.parts.conntrackTcpTable[direction][step.index][old];
  switch (next) {
    case 'INVALID':
      return 'INVALID';
    case 'IGNORE':
      return letThrough(step, old);
    case 'SYN_SENT':
      if (old === 'TIME_WAIT' || old === 'CLOSE' || old === 'SYN_SENT2') {
        if (!mayReopen(step)) return letThrough(step, old);
        kill(net, entry);
        return 'REPEAT';
      }
      return inWindow(step, old, next);
    case 'TIME_WAIT':
      if (isChallengeAck(step, old)) {
        entry.tcp.expectChallengeAck = false;
        return 'ACCEPT';
      }
      return inWindow(step, old, next);
    case 'SYN_SENT2':
      entry.tcp.simultaneousOpen = true;
      return inWindow(step, old, next);
    case 'SYN_RECV': {
      const opened = direction === REPLY && step.index === 'ack' && entry.tcp.simultaneousOpen;
      return inWindow(step, old, opened ? 'ESTABLISHED' : next);
    }
    case 'CLOSE':
      return step.index === 'rst' ? reset(step, old) : inWindow(step, old, next);
    default:
      return inWindow(step, old, next);
  }
}

/** A reset ended the connection by a rule's hand: the entry closes at once (nf_conntrack_tcp_set_closing). */
export function setClosing(net: Net, entry: NfConn): void {
  if (!entry.confirmed) return;
  const already = entry.tcp.state === 'CLOSE';
  entry.tcp.state = 'CLOSE';
  if (!already) entry.timeout = net.jiffies + timeoutOf(net, 'CLOSE');
}

/** tcp_error: checksum (on the way in only) and flag sets that no TCP sends. */
function isBroken(net: Net, skb: Skb, { header }: TcpSegment, hook: Hook): boolean {
  const { source, destination } = skb.header;
  if (checksumFails(net, skb, hook, () => tcpChecksumIsRight(skb.payload, source, destination))) return true;
  return !net.parts.conntrackTcpValidFlags.has(header.flags & ~(PSH | ECE | CWR));
}

/** get_conntrack_index */
function eventOf(flags: number): ConntrackTcpEvent {
  if ((flags & RST) !== 0) return 'rst';
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? 'synack' : 'syn';
  if ((flags & FIN) !== 0) return 'fin';
  return (flags & ACK) !== 0 ? 'ack' : 'none';
}

/** tcp_new: a SYN begins a connection; with `loose`, so does the middle of one. */
function beginTracking(net: Net, entry: NfConn, skb: Skb, segment: TcpSegment): boolean {
  const next = net.parts.conntrackTcpTable[ORIGINAL][eventOf(segment.header.flags)].NONE;
  if (next === 'INVALID' || next === 'IGNORE') return false;
  if (next !== 'SYN_SENT' && sysctl(net, 'net.netfilter.nf_conntrack_tcp_loose') === 0) return false;
  entry.tcp = newTcpTrack();
  const [client, server] = entry.tcp.seen;
  client.end = segmentEnd(segment);
  client.maxwin = Math.max(segment.header.window, 1);
  client.maxend = client.end;
  if (next === 'SYN_SENT') {
    readOptions(skb, segment, client);
    return true;
  }
  client.maxend = (client.end + client.maxwin) >>> 0;
  for (const peer of [client, server]) Object.assign(peer, { sackPerm: true, beLiberal: true });
  return true;
}

/** A SYN on a closed connection starts afresh if the connection was closed in order, or by the SYN's own side. */
function mayReopen({ entry: { tcp }, direction }: Step): boolean {
  const closedInOrder = tcp.seen[0].closeInit || tcp.seen[1].closeInit;
  return closedInOrder || (tcp.lastDir === direction && tcp.lastIndex === 'rst');
}

/** RFC 5961: an ACK that answers a stray SYN does not acknowledge the FIN. */
function isChallengeAck({ entry: { tcp }, direction, index }: Step, old: ConntrackTcpState): boolean {
  return (
    old === 'LAST_ACK' &&
    index === 'ack' &&
    tcp.lastDir !== direction &&
    tcp.lastIndex === 'syn' &&
    tcp.expectChallengeAck
  );
}

/**
 * The entry may be out of step with its ends, so packets pass that could be right between them. What they said is
 * kept: a SYN,ACK that fits a SYN let through before brings the entry back into step.
 */
function letThrough(step: Step, old: ConntrackTcpState): TrackVerdict {
  const { net, entry, segment, direction, index } = step;
  const { tcp } = entry;
  const answersSyn = index === 'synack' && tcp.lastIndex === 'syn' && tcp.lastDir !== direction;
  if (answersSyn && segment.header.ack === tcp.lastEnd) {
    resynchronise(step);
    return inWindow(step, 'SYN_SENT', 'SYN_RECV');
  }
  tcp.lastIndex = index;
  tcp.lastDir = direction;
  tcp.lastSeq = segment.header.seq;
  tcp.lastEnd = segmentEnd(segment);
  tcp.lastWin = segment.header.window;
  if (index === 'syn' && direction === ORIGINAL) annotateSyn(step, old);
  if (old === 'SYN_SENT' && index === 'ack' && direction === REPLY) {
    if (net.kernel.has('conntrack-challenge-on-reuse')) tcp.lastAck = segment.header.ack;
  }
  return 'ACCEPT';
}

function annotateSyn({ entry: { tcp }, skb, segment }: Step, old: ConntrackTcpState): void {
  const seen = newPeer();
  readOptions(skb, segment, seen);
  tcp.lastWindowScale = seen.windowScale;
  tcp.lastScale = seen.windowScale ? seen.scale : 0;
  tcp.lastSackPerm = seen.sackPerm;
  tcp.expectChallengeAck = old === 'LAST_ACK';
  tcp.simultaneousOpen = false;
}

function resynchronise({ entry: { tcp }, direction }: Step): void {
  const other = tcp.seen[tcp.lastDir];
  const { beLiberal } = tcp.seen[direction];
  Object.assign(other, newPeer(), {
    end: tcp.lastEnd,
    maxend: tcp.lastEnd,
    maxwin: Math.max(tcp.lastWin, 1),
    maxack: other.maxack,
    scale: tcp.lastScale,
    windowScale: tcp.lastWindowScale,
    sackPerm: tcp.lastSackPerm,
  });
  tcp.expectChallengeAck = false;
  Object.assign(tcp.seen[direction], newPeer(), { beLiberal });
}

/** A reset: believed when it hits the peer's last ack, doubted otherwise (the CLOSE case of nf_conntrack_tcp_packet). */
function reset(step: Step, old: ConntrackTcpState): TrackVerdict {
  const { net, entry, segment, direction } = step;
  const { tcp } = entry;
  const { kernel } = net;
  if (mayBeReplaced(old) && kernel.has('conntrack-rst-in-closing-states')) return update(step, old, 'CLOSE');
  const peer = tcp.seen[direction === REPLY ? 0 : 1];
  const { seq, ack } = segment.header;
  let next: ConntrackTcpState = 'CLOSE';
  const excuses = kernel.has('conntrack-rst-after-syn');
  if (peer.maxackSet && !(excuses && tcp.lastIndex === 'syn')) {
    const established = old === 'ESTABLISHED' && entry.assured;
    if (excuses && seq === 0 && !established) return inWindow(step, old, next);
    const ignoring = excuses && sysctl(net, 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst') !== 0;
    if (before(seq, peer.maxack) && !ignoring) return 'INVALID';
    if (!established || seq === peer.maxack) return inWindow(step, old, next);
    const followsData = tcp.lastIndex === 'ack' && tcp.lastDir === direction && seq === tcp.lastEnd;
    if (followsData) return inWindow(step, old, next);
    next = old; // a challenge ACK may yet follow
  }
  const answersIgnored =
    (entry.seenReply && tcp.lastIndex === 'syn' && tcp.lastDir !== direction) ||
    (!entry.assured && tcp.lastIndex === 'ack');
  if (answersIgnored && ack === tcp.lastEnd) return update(step, old, next);
  const answersChallenge =
    kernel.has('conntrack-challenge-on-reuse') &&
    old === 'SYN_SENT' &&
    tcp.lastIndex === 'ack' &&
    tcp.lastDir === REPLY &&
    seq === tcp.lastAck;
  return answersChallenge ? update(step, old, next) : inWindow(step, old, next);
}

/** Closing already, so the tuple may have been taken by a new connection (tcp_can_early_drop). */
function mayBeReplaced(state: ConntrackTcpState): boolean {
  return (
    state === 'FIN_WAIT' ||
    state === 'LAST_ACK' ||
    state === 'TIME_WAIT' ||
    state === 'CLOSE' ||
    state === 'CLOSE_WAIT'
  );
}

function inWindow(step: Step, old: ConntrackTcpState, next: ConntrackTcpState): TrackVerdict {
  const { net, entry, skb, segment, direction, index } = step;
  // The window check looks at the state that the entry has, not at the one it was resynchronised to.
  switch (tcpInWindow(net, entry, direction, index, skb, segment)) {
    case 'IGNORE':
      return 'ACCEPT';
    case 'INVALID':
      doubt(step);
      return 'INVALID';
    case 'ACCEPT':
      return update(step, old, next);
  }
}

/** FINs and resets out of window from both sides: the entry will not live as long as it hoped (nf_tcp_handle_invalid). */
function doubt({ net, entry, direction, index }: Step): void {
  if (!entry.assured || (index !== 'rst' && index !== 'fin')) return;
  if (!net.kernel.has('conntrack-doubtful-end-shortens')) return;
  const { tcp } = entry;
  if (tcp.lastDir !== direction && (tcp.lastIndex === 'fin' || tcp.lastIndex === 'rst')) {
    const left = Math.max(0, entry.timeout - net.jiffies);
    const cap = timeoutOf(net, 'UNACK');
    if (left >= 120 * net.kernel.hz && left > cap) entry.timeout = net.jiffies + cap;
  } else {
    tcp.lastIndex = index;
    tcp.lastDir = direction;
  }
}

/** The packet fits: the entry takes the new state and a new lease of life. */
function update(step: Step, old: ConntrackTcpState, next: ConntrackTcpState): TrackVerdict {
  const { net, entry, direction, index } = step;
  const { tcp } = entry;
  tcp.lastIndex = index;
  tcp.lastDir = direction;
  tcp.state = next;
  if (old !== next && next === 'FIN_WAIT') tcp.seen[direction].closeInit = true;
  let timeout = lease(step, next);
  if (!entry.seenReply) {
    if (index === 'rst') {
      kill(net, entry);
      return 'ACCEPT';
    }
    if (index === 'syn' && old === 'SYN_SENT') return 'ACCEPT';
    if (next === 'ESTABLISHED') timeout = Math.min(timeout, timeoutOf(net, 'UNACK'));
  } else if ((old === 'SYN_RECV' || old === 'ESTABLISHED') && next === 'ESTABLISHED') {
    entry.assured = true;
  }
  refresh(net, entry, timeout);
  return 'ACCEPT';
}

function lease({ net, entry: { tcp }, index }: Step, next: ConntrackTcpState): number {
  const full = next === 'NONE' ? 0 : timeoutOf(net, next);
  const retrans = timeoutOf(net, 'RETRANS');
  const unack = timeoutOf(net, 'UNACK');
  if (tcp.retrans >= sysctl(net, 'net.netfilter.nf_conntrack_tcp_max_retrans') && full > retrans)
    return retrans;
  if (index === 'rst') {
    if (!net.kernel.has('conntrack-doubted-rst-unacknowledged')) return timeoutOf(net, 'CLOSE');
    if (next === 'ESTABLISHED' && full > unack) return unack;
  }
  if ((tcp.seen[0].dataUnacknowledged || tcp.seen[1].dataUnacknowledged) && full > unack) return unack;
  if (tcp.lastWin === 0 && full > retrans) return retrans;
  return full;
}

/** A timeout in jiffies: what an administrator set, or else the table's. */
function timeoutOf(net: Net, name: ConntrackTcpTimeout): number {
  const { seconds, sysctl: knob } = net.parts.conntrackTcpTimeouts[name];
  return ((knob === undefined ? undefined : net.changedSysctls.get(knob)) ?? seconds) * net.kernel.hz;
}
