import { natFtp } from '../netfilter/nat/ftp.ts';
import { ensureWritable, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { textOf } from '../wire/latin1.ts';
import { after, before, u32 } from '../wire/seq.ts';
import { parseTcp } from '../wire/tcp.ts';
import { newExpect } from './expect.ts';
import { type FtpFound, searchFtp } from './ftp-search.ts';
import { type Direction, directionOf, type FtpHelp, type NfConn, ORIGINAL, REPLY } from './types.ts';

export function newFtpHelp(): FtpHelp {
  return { afterNewline: [[], []] };
}

/**
 * Reads along a control connection of FTP, and announces the data connections that it agrees on; false: the packet is
 * lost (net/netfilter/nf_conntrack_ftp.c, help). Only what begins a line is looked at.
 */
export function ftpHelp(net: Net, skb: Skb, entry: NfConn): boolean {
  const info = skb.ct!.info;
  if (!info.startsWith('ESTABLISHED')) return true;
  if (net.kernel.has('conntrack-ftp-linearizes')) ensureWritable(skb, skb.payload.length);
  const segment = parseTcp(skb.payload);
  if (!segment || segment.payload.length === 0) return true;
  const direction = directionOf(info);
  const text = textOf(segment.payload);
  const beginsLine = entry.helper!.afterNewline[direction].includes(segment.header.seq);
  const own = entry.tuples[direction].src;
  const found = beginsLine ? searchFtp(net.kernel, direction, text, own) : undefined;
  if (found === 'partial') {
    note(net, 'conntrack', 'nf_conntrack_ftp help', 'NF_DROP', () => 'half an announcement');
    return false;
  }
  // Nobody may open the way to a third.
  const passes = !found || found.address !== own || announce(net, skb, { entry, direction, found });
  if (text.endsWith('\n'))
    remember(entry.helper!.afterNewline[direction], u32(segment.header.seq + text.length));
  return passes;
}

/** A line that announces a connection the other way. */
interface Announcement {
  readonly entry: NfConn;
  readonly direction: Direction;
  readonly found: FtpFound;
}

function announce(net: Net, skb: Skb, { entry, direction, found }: Announcement): boolean {
  const answer = entry.tuples[direction === ORIGINAL ? REPLY : ORIGINAL];
  const { nat } = entry;
  if (nat && (nat.changed.SRC || nat.changed.DST)) return natFtp(net, skb, { entry, direction, found });
  const expect = newExpect(net, entry, { src: answer.src, dst: answer.dst, dport: found.port });
  if (net.parts.expectRelated(net, expect) === 'announced') return true;
  note(net, 'conntrack', 'nf_conntrack_ftp help', 'NF_DROP', () => 'the connection cannot be announced');
  return false;
}

/** Two places are remembered; an older one makes room (update_nl_seq). */
function remember(places: number[], seq: number): void {
  if (places.includes(seq)) return;
  if (places.length < 2) {
    places.push(seq);
    return;
  }
  const oldest = before(places[0]!, places[1]!) ? 0 : 1;
  if (after(seq, places[oldest]!)) places[oldest] = seq;
}
