import type { Kernel } from '../kernel.ts';
import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { ConntrackTcpEvent } from '../tables/conntrack-tcp.ts';
import { after, before, u32 } from '../wire/seq.ts';
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts';
import { type Direction, type NfConn, ORIGINAL, REPLY, type TcpPeer, type TcpTrack } from './types.ts';

/** IGNORE lets the packet pass and learns nothing from it. */
export type WindowVerdict = 'ACCEPT' | 'IGNORE' | 'INVALID';

/** The kernel's "big enough for every window without scaling" (MAXACKWINCONST). */
const MAX_ACK_WINDOW = 66000;
const MAX_SCALE = 14;

/** What the window check needs to know of a segment. */
interface Seen {
  readonly segment: TcpSegment;
  seq: number;
  end: number;
  ack: number;
  sack: number;
  win: number;
}

/** The first sequence number after a segment (segment_seq_plus_len). */
export function segmentEnd({ header, payload }: TcpSegment): number {
  const control = ((header.flags & SYN) !== 0 ? 1 : 0) + ((header.flags & FIN) !== 0 ? 1 : 0);
  return u32(header.seq + payload.length + control);
}

/** Reads window scaling and SACK out of a SYN's options (tcp_options); without options the old values stay. */
export function readOptions(skb: Skb, { header }: TcpSegment, peer: TcpPeer): void {
  if (optionBytesOf(skb) === 0) return;
  Object.assign(peer, {
    scale: 0,
    windowScale: false,
    sackPerm: false,
    closeInit: false,
    dataUnacknowledged: false,
    maxackSet: false,
  });
  for (const option of header.options) {
    if (option.kind === 'sackOK') peer.sackPerm = true;
    if (option.kind === 'wscale') {
      peer.windowScale = true;
      peer.scale = Math.min(option.shift, MAX_SCALE);
    }
  }
}

/**
 * Whether a segment fits what both sides have said so far, after Guido van Rooij's "Real Stateful TCP Packet
 * Filtering" (net/netfilter/nf_conntrack_proto_tcp.c, tcp_in_window). Updates what is known of both sides.
 */
export function tcpInWindow(
  net: Net,
  entry: NfConn,
  direction: Direction,
  index: ConntrackTcpEvent,
  skb: Skb,
  segment: TcpSegment,
): WindowVerdict {
  const { kernel } = net;
  const { tcp: track } = entry;
  const sender = track.seen[direction];
  const other = direction === REPLY ? ORIGINAL : REPLY;
  const receiver = track.seen[other];
  const moved = net.parts.seqOffset(entry, other, u32(segment.header.ack - 1));
  const seen = lookAt(segment, receiver, moved);
  if (meetSender(kernel, track, direction, sender, receiver, seen, skb) === 'done') return 'ACCEPT';
  excuseMissingAck(track, sender, receiver, seen);
  const lenient = kernel.has('conntrack-late-is-not-invalid');
  const verdict = lenient ? judge(sender, receiver, seen) : judgeStrictly(sender, receiver, seen);
  if (verdict !== 'ACCEPT') return sender.beLiberal || isLiberal(net) ? 'ACCEPT' : verdict;
  learn(sender, receiver, seen);
  countRetransmissions(track, direction, index, seen);
  return 'ACCEPT';
}

function isLiberal(net: Net): boolean {
  return sysctl(net, 'net.netfilter.nf_conntrack_tcp_be_liberal') !== 0;
}

/** What is acknowledged is `moved` bytes further than its sender knows, if its length was changed. */
function lookAt(segment: TcpSegment, receiver: TcpPeer, moved: number): Seen {
  const { header } = segment;
  const seen: Seen = {
    segment,
    seq: header.seq,
    end: segmentEnd(segment),
    ack: header.ack,
    sack: header.ack,
    win: header.window,
  };
  if (receiver.sackPerm) seen.sack = highestSack(segment, header.ack);
  seen.ack = u32(seen.ack - moved);
  seen.sack = u32(seen.sack - moved);
  return seen;
}

/** The right edge of the rightmost SACK block, if beyond the plain ack (tcp_sack). */
function highestSack({ header }: TcpSegment, ack: number): number {
  const sack = header.options.find((option) => option.kind === 'sack');
  return (sack?.blocks ?? []).reduce((highest, [, to]) => (after(to, highest) ? to : highest), ack);
}

/** The sender's first segment, or a SYN that starts it anew: its values are taken from the segment itself. */
function meetSender(
  kernel: Kernel,
  track: TcpTrack,
  direction: Direction,
  sender: TcpPeer,
  receiver: TcpPeer,
  seen: Seen,
  skb: Skb,
): 'done' | 'go on' {
  const { flags } = seen.segment.header;
  const syn = (flags & SYN) !== 0;
  if (sender.maxwin === 0) {
    if (!syn) {
      pickUp(sender, receiver, seen);
      return 'go on';
    }
    initSender(sender, seen, skb);
    if (direction === REPLY || !kernel.has('conntrack-scaling-by-reply')) settleScaling(sender, receiver);
    return (flags & ACK) === 0 ? 'done' : 'go on';
  }
  if (!kernel.has('conntrack-syn-starts-anew')) {
    const turn = direction === REPLY ? 'SYN_RECV' : 'SYN_SENT';
    if (track.state === turn && after(seen.end, sender.end)) initSender(sender, seen, skb);
    return 'go on';
  }
  const opening = track.state === 'SYN_SENT' || track.state === 'SYN_RECV';
  if (syn && opening && after(seen.end, sender.end)) {
    initSender(sender, seen, skb);
    if (direction === REPLY || !kernel.has('conntrack-scaling-by-reply')) settleScaling(sender, receiver);
    return direction === REPLY && (flags & ACK) === 0 ? 'done' : 'go on';
  }
  return 'go on';
}

/** tcp_init_sender */
function initSender(sender: TcpPeer, seen: Seen, skb: Skb): void {
  sender.end = seen.end;
  sender.maxend = seen.end;
  sender.maxwin = seen.win === 0 ? 1 : seen.win;
  readOptions(skb, seen.segment, sender);
}

/** Scaling holds only when both sides asked for it. */
function settleScaling(sender: TcpPeer, receiver: TcpPeer): void {
  if (sender.windowScale && receiver.windowScale) return;
  sender.scale = 0;
  receiver.scale = 0;
}

/** The conversation's history is lost: believe the packet. */
function pickUp(sender: TcpPeer, receiver: TcpPeer, seen: Seen): void {
  sender.end = seen.end;
  const window = u32(seen.win << sender.scale);
  sender.maxwin = window === 0 ? 1 : window;
  sender.maxend = u32(seen.end + sender.maxwin);
  if (receiver.maxwin === 0) {
    receiver.end = seen.sack;
    receiver.maxend = seen.sack;
  } else if (seen.sack === u32(receiver.end + 1)) {
    receiver.end = u32(receiver.end + 1); // an answer to a keepalive
  }
}

/** Segments without an ACK, resets with a zero one, and a reset with seq 0 that answers a SYN are judged as if right. */
function excuseMissingAck(track: TcpTrack, sender: TcpPeer, receiver: TcpPeer, seen: Seen): void {
  const { flags } = seen.segment.header;
  const emptyResetAck = (flags & (ACK | RST)) === (ACK | RST) && seen.ack === 0;
  if ((flags & ACK) === 0 || emptyResetAck) {
    seen.ack = receiver.end;
    seen.sack = receiver.end;
  }
  if ((flags & RST) !== 0 && seen.seq === 0 && track.state === 'SYN_SENT') {
    seen.seq = sender.end;
    seen.end = sender.end;
  }
}

/** The four bounds. A segment a little beyond the window, and what is long acknowledged, passes unlearned from. */
function judge(sender: TcpPeer, receiver: TcpPeer, seen: Seen): WindowVerdict {
  const lowestAck = u32(receiver.end - Math.max(sender.maxwin, MAX_ACK_WINDOW) - 1);
  const lowestEnd = u32(sender.end - receiver.maxwin - 1);
  const ackKnown = before(seen.sack, u32(receiver.end + 1));
  if (!before(seen.seq, u32(sender.maxend + 1))) {
    const overshot = u32(seen.end - sender.maxend + 1);
    const inReceiveWindow = receiver.maxwin !== 0 && after(seen.end, lowestEnd);
    const slight = inReceiveWindow && after(seen.sack, lowestAck) && overshot <= receiver.maxwin && ackKnown;
    if (!slight) return 'INVALID';
    sender.end = seen.end;
    sender.dataUnacknowledged = true;
    return 'IGNORE';
  }
  if (!ackKnown) return 'INVALID';
  if (receiver.maxwin !== 0 && !after(seen.end, lowestEnd)) return 'IGNORE';
  return after(seen.sack, lowestAck) ? 'ACCEPT' : 'IGNORE';
}

/** The same four bounds, in kernels for which there is nothing between right and wrong. */
function judgeStrictly(sender: TcpPeer, receiver: TcpPeer, seen: Seen): WindowVerdict {
  const lowestAck = u32(receiver.end - Math.max(sender.maxwin, MAX_ACK_WINDOW) - 1);
  const lowestEnd = u32(sender.end - receiver.maxwin - 1);
  const right =
    before(seen.seq, u32(sender.maxend + 1)) &&
    (receiver.maxwin === 0 || after(seen.end, lowestEnd)) &&
    before(seen.sack, u32(receiver.end + 1)) &&
    after(seen.sack, lowestAck);
  return right ? 'ACCEPT' : 'INVALID';
}

function learn(sender: TcpPeer, receiver: TcpPeer, seen: Seen): void {
  const { flags } = seen.segment.header;
  const win = (flags & SYN) !== 0 ? seen.win : u32(seen.win << sender.scale);
  sender.maxwin = Math.max(sender.maxwin, u32(win + (seen.sack - seen.ack)));
  if (after(seen.end, sender.end)) {
    sender.end = seen.end;
    sender.dataUnacknowledged = true;
  }
  if ((flags & ACK) !== 0 && (!sender.maxackSet || after(seen.ack, sender.maxack))) {
    sender.maxack = seen.ack;
    sender.maxackSet = true;
  }
  if (receiver.maxwin !== 0 && after(seen.end, sender.maxend)) {
    receiver.maxwin = u32(receiver.maxwin + seen.end - sender.maxend);
  }
  if (after(u32(seen.sack + win), u32(receiver.maxend - 1))) {
    receiver.maxend = u32(seen.sack + win + (win === 0 ? 1 : 0));
  }
  if (seen.ack === receiver.end) receiver.dataUnacknowledged = false;
}

/** Identical pure ACKs in a row; enough of them shorten the entry's life. */
function countRetransmissions(
  track: TcpTrack,
  direction: Direction,
  index: ConntrackTcpEvent,
  seen: Seen,
): void {
  if (index !== 'ack') return;
  const window = seen.segment.header.window;
  const same =
    track.lastDir === direction &&
    track.lastSeq === seen.seq &&
    track.lastAck === seen.ack &&
    track.lastEnd === seen.end &&
    track.lastWin === window;
  track.retrans = same ? track.retrans + 1 : 0;
  track.lastDir = direction;
  track.lastSeq = seen.seq;
  track.lastAck = seen.ack;
  track.lastEnd = seen.end;
  track.lastWin = window;
}

function optionBytesOf(skb: Skb): number {
  return (skb.payload[12]! >> 4) * 4 - 20;
}
