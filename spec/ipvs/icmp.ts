import { quotedTuple } from '../conntrack/tuple.ts';
import type { Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { fold, sumWords } from '../wire/checksum.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_HEADER_BYTES,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  icmpChecksumIsRight,
} from '../wire/icmp.ts';
import { PROTOCOL_TCP, setWord } from '../wire/ipv4.ts';
import { connOutGet } from './conn.ts';
import { notrack, updateConntrack } from './nfct.ts';

/** The errors that IPVS follows to a connection. */
const FOLLOWED = new Set([ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH, ICMP_TIME_EXCEEDED]);

/**
 * An ICMP error about a packet on its way to a real server: to the client it must look as if it were about the
 * virtual service (net/netfilter/ipvs/ip_vs_core.c, ip_vs_out_icmp, handle_response_icmp).
 */
export function outIcmp(net: Net, skb: Skb): Verdict {
  if (!FOLLOWED.has(skb.payload[0] ?? 255)) return 'NF_ACCEPT';
  const quoted = quotedTuple(skb);
  const cp =
    quoted?.protocol === PROTOCOL_TCP &&
    connOutGet(net, {
      source: quoted.dst,
      sourcePort: quoted.dport,
      destination: quoted.src,
      destinationPort: quoted.sport,
    });
  if (!cp) return 'NF_ACCEPT';
  if (cp.forward === 'masq') {
    if (!icmpChecksumIsRight(skb.payload)) return 'NF_DROP';
    skb.payload = rewriteQuoted(skb.payload, cp.virtual, cp.virtualPort);
    skb.header = { ...skb.header, source: cp.virtual };
    note(net, 'ipvs', 'ip_vs_nat_icmp', '', () => 'the error now speaks of the virtual service');
  }
  skb.ipvsProperty = true;
  if (!cp.nfct) notrack(skb);
  else updateConntrack(skb, cp, 'out');
  return 'NF_ACCEPT';
}

/** ip_vs_nat_icmp: the quoted packet's destination becomes the virtual service, all checksums but the quoted TCP one right. */
function rewriteQuoted(message: Uint8Array, address: Ipv4, port: number): Uint8Array {
  const bytes = message.slice();
  const quoted = bytes.subarray(ICMP_HEADER_BYTES);
  const headerBytes = (quoted[0]! & 15) * 4;
  setWord(quoted, 16, address >>> 16);
  setWord(quoted, 18, address & 0xffff);
  setWord(quoted, 10, 0);
  setWord(quoted, 10, fold(sumWords(quoted, 0, headerBytes)));
  setWord(quoted, headerBytes + 2, port);
  setWord(bytes, 2, 0);
  setWord(bytes, 2, fold(sumWords(bytes)));
  return bytes;
}
