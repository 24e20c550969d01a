import { ensureWritable, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { replace32 } from '../wire/checksum.ts';
import { long, setLong, setWord, word } from '../wire/ipv4.ts';
import { after, before, u32 } from '../wire/seq.ts';
import { ACK, TCP_HEADER_BYTES } from '../wire/tcp.ts';
import { type Direction, type NfConn, ORIGINAL, REPLY, type SeqAdjust } from './types.ts';

/** Makes room for what may become of a connection's sequence numbers (nfct_seqadj_ext_add). */
export function mayAdjust(entry: NfConn): void {
  entry.seqAdjust ??= [newAdjust(), newAdjust()];
}

function newAdjust(): SeqAdjust {
  return { at: 0, before: 0, after: 0 };
}

/**
 * A segment has become longer by so many bytes, and all behind it moves; the same one again moves nothing
 * (net/netfilter/nf_conntrack_seqadj.c, nf_ct_seqadj_set).
 */
export function setAdjust(entry: NfConn, direction: Direction, seq: number, longer: number): void {
  if (longer === 0 || !entry.seqAdjust) return;
  entry.adjusted = true;
  const adjust = entry.seqAdjust[direction];
  if (adjust.before !== adjust.after && !before(adjust.at, seq)) return;
  adjust.at = seq;
  adjust.before = adjust.after;
  adjust.after += longer;
}

/** By how much that byte of the direction moves (nf_ct_seq_offset). */
export function seqOffset(entry: NfConn, direction: Direction, seq: number): number {
  const adjust = entry.seqAdjust?.[direction];
  if (!adjust) return 0;
  return after(seq, adjust.at) ? adjust.after : adjust.before;
}

/**
 * Numbers a packet as its receiver counts, and what it acknowledges as its receiver has sent it; false: it is lost
 * (nf_ct_seq_adjust). It looks at no protocol, so the client's ICMP errors are treated like segments.
 */
export function seqAdjust(net: Net, skb: Skb, entry: NfConn, direction: Direction): boolean {
  if (skb.payload.length < TCP_HEADER_BYTES) return false;
  ensureWritable(skb, TCP_HEADER_BYTES);
  const bytes = skb.payload.slice();
  skb.payload = bytes;
  const seq = long(bytes, 4);
  put(bytes, 4, u32(seq + seqOffset(entry, direction, seq)));
  if ((bytes[13]! & ACK) === 0) return true;
  const other = entry.seqAdjust![direction === ORIGINAL ? REPLY : ORIGINAL];
  put(bytes, 8, takenBack(long(bytes, 8), other));
  note(net, 'conntrack', 'nf_ct_seq_adjust', '', () => 'sequence numbers as the other side counts');
  return adjustSack(skb, bytes, other);
}

/** What was received, in the numbers of who sent it. */
function takenBack(seq: number, adjust: SeqAdjust): number {
  return u32(seq - (after(u32(seq - adjust.before), adjust.at) ? adjust.after : adjust.before));
}

const SACK = 5;

/** nf_ct_sack_adjust; options that do not add up lose the packet. */
function adjustSack(skb: Skb, bytes: Uint8Array, other: SeqAdjust): boolean {
  const end = (bytes[12]! >> 4) * 4;
  if (end > bytes.length) return false;
  ensureWritable(skb, end);
  for (let at = TCP_HEADER_BYTES; at < end; ) {
    const kind = bytes[at]!;
    if (kind === 0) return true;
    if (kind === 1) {
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (at + 1 === end || at + length > end || length < 2) return false;
    if (kind === SACK && length >= 10 && (length - 2) % 8 === 0)
      for (let edge = at + 2; edge < at + length; edge += 4)
        put(bytes, edge, takenBack(long(bytes, edge), other));
    at += length;
  }
  return true;
}

/** Writes a number; the checksum follows. */
function put(bytes: Uint8Array, at: number, value: number): void {
  setWord(bytes, 16, replace32(word(bytes, 16), long(bytes, at), value));
  setLong(bytes, at, value);
}
