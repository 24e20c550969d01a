import { setAdjust } from '../../conntrack/seqadj.ts';
import { type Direction, directionOf, type NfConn } from '../../conntrack/types.ts';
import { ensureWritable, type Skb } from '../../skb.ts';
import type { Net } from '../../state.ts';
import { long, setWord } from '../../wire/ipv4.ts';
import { bytesOfText } from '../../wire/latin1.ts';
import { tcpChecksum, tcpHeaderBytes } from '../../wire/tcp.ts';
import type { Replacement } from '../types.ts';
import { setupInfo } from './setup.ts';

/**
 * Writes other words into a segment; all that its side says later moves by the difference
 * (net/netfilter/nf_nat_helper.c, nf_nat_mangle_tcp_packet). The checksum is left to the device.
 */
export function mangleTcp(skb: Skb, { at, length, text }: Replacement): void {
  const { payload } = skb;
  ensureWritable(skb, payload.length);
  const start = tcpHeaderBytes(payload) + at;
  const bytes = new Uint8Array(payload.length + text.length - length);
  bytes.set(payload.subarray(0, start));
  bytes.set(bytesOfText(text), start);
  bytes.set(payload.subarray(start + length), start + text.length);
  setWord(bytes, 16, 0);
  setWord(bytes, 16, tcpChecksum(bytes, skb.header.source, skb.header.destination));
  skb.payload = bytes;
  skb.checksumPartial = true;
  const { entry, info } = skb.ct!;
  const direction = directionOf(info);
  setAdjust(entry, direction, long(bytes, 4), text.length - length);
}

/** Of a connection that was announced by a translated one. */
interface Following {
  readonly master: NfConn;
  /** Of the packet that announced it. */
  readonly direction: Direction;
  /** The port as it was before anybody translated it. */
  readonly port: number;
}

/** An announced connection is translated as its master is (nf_nat_follow_master). */
export function followMaster(net: Net, entry: NfConn, { master, direction, port }: Following): void {
  const { src, dst } = master.tuples[direction];
  setupInfo(net, entry, { addresses: { first: dst, last: dst } }, 'SRC');
  const ports = { first: port, last: port };
  setupInfo(net, entry, { addresses: { first: src, last: src }, ports }, 'DST');
}
