import { ipOutput } from '../ip/output.ts';
import { nfHook } from '../netfilter/hooks.ts';
import { ensureWritable, isFragment, type Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import type { Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';
import { fold, sumWords } from '../wire/checksum.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_HEADER_BYTES,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  icmpChecksumIsRight,
} from '../wire/icmp.ts';
import { PROTOCOL_UDP, setWord, word } from '../wire/ipv4.ts';
import { connInGet, connOutGet } from './conn.ts';
import { gatherFrags } from './gather-frags.ts';
import { notrack, updateConntrack } from './nfct.ts';
import type { Ends, IpVsConn } from './types.ts';
import { routeToDest, transmit } from './xmit.ts';

/** Both ports. */
const PORTS_BYTES = 4;

/** The errors that IPVS follows to a connection. */
const FOLLOWED = new Set([ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH, ICMP_TIME_EXCEEDED]);

/**
 * A client's side complains about what a virtual service sent: the real server that sent it is told
 * (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_icmp). The connection lives no longer for it.
 */
export function inIcmp(net: Net, skb: Skb, hook: Hook): Verdict {
  if (isFragment(skb) && !gatherFrags(net, skb, hook)) return 'NF_STOLEN';
  if (skb.payload.length < ICMP_HEADER_BYTES) return 'NF_DROP';
  const quoted = mayBeTunnelled(skb, hook) ? undefined : quotedEnds(net, skb);
  const cp = quoted && connInGet(net, quoted);
  if (!cp) return 'NF_ACCEPT';
  const verify = cp.forward === 'masq' || !net.kernel.has('icmp-checksum-for-masq-only');
  if (verify && !icmpChecksumIsRight(skb.payload)) return badChecksum(net, 'ip_vs_in_icmp');
  return icmpTransmit(net, skb, cp);
}

/**
 * An ICMP error about a packet on its way to a real server: to the client it must look as if it were about the
 * virtual service (ip_vs_out_icmp, handle_response_icmp).
 */
export function outIcmp(net: Net, skb: Skb, hook: Hook): Verdict {
  if (isFragment(skb) && !gatherFrags(net, skb, hook)) return 'NF_STOLEN';
  if (skb.payload.length < ICMP_HEADER_BYTES) return 'NF_DROP';
  const quoted = quotedEnds(net, skb);
  const cp = quoted && connOutGet(net, quoted);
  if (!cp) return 'NF_ACCEPT';
  if (cp.forward === 'masq') {
    if (!icmpChecksumIsRight(skb.payload)) return badChecksum(net, 'ip_vs_out_icmp');
    natIcmp(net, skb, cp, 'out');
  }
  skb.ipvsProperty = true;
  if (!cp.nfct) notrack(skb);
  else updateConntrack(skb, cp, 'out');
  return 'NF_ACCEPT';
}

/** ip_vs_icmp_xmit: translated for masquerading, else sent as any packet of the connection. */
function icmpTransmit(net: Net, skb: Skb, cp: IpVsConn): Verdict {
  if (cp.forward !== 'masq') return transmit(net, skb, cp);
  if (!routeToDest(net, skb, cp)) return 'NF_STOLEN';
  natIcmp(net, skb, cp, 'in');
  skb.ipvsProperty = true;
  if (!cp.nfct) notrack(skb);
  else updateConntrack(skb, cp, 'in');
  skb.ignoreDf = true;
  if (nfHook(net, 'NF_INET_LOCAL_OUT', skb)) ipOutput(net, skb);
  return 'NF_STOLEN';
}

function badChecksum(net: Net, station: string): Verdict {
  note(net, 'ipvs', station, 'NF_DROP', () => 'the error has a wrong checksum');
  return 'NF_DROP';
}

/**
 * The ends of the packet that would answer the quoted one: an error goes back the way that the quoted packet came.
 * Undefined where IPVS does not follow: other messages, other protocols, less than the ports.
 */
function quotedEnds(net: Net, skb: Skb): Ends | undefined {
  if (!FOLLOWED.has(skb.payload[0]!)) return undefined;
  const quoted = quotedPacket(skb);
  const headerBytes = ((quoted[0] ?? 0) & 15) * 4;
  if (quoted.length < headerBytes + 4 || headerBytes < 20 || quoted[0]! >> 4 !== 4) return undefined;
  const protocol = quoted[9]!;
  if (!net.parts.ipvsProtocols[protocol]) return undefined;
  // Behind the first fragment there are no ports; older kernels took whatever stands there for them.
  if (isLaterFragment(quoted) && net.kernel.has('icmp-quoted-fragment-ignored')) return undefined;
  return {
    protocol,
    source: long(quoted, 16),
    sourcePort: word(quoted, headerBytes + 2),
    destination: long(quoted, 12),
    destinationPort: word(quoted, headerBytes),
  };
}

/**
 * To the director itself, the quoted datagram may be one that a tunnel's headers begin. Behind the first fragment
 * nobody can tell, so that IPVS leaves the error to others.
 */
function mayBeTunnelled(skb: Skb, hook: Hook): boolean {
  const quoted = quotedPacket(skb);
  return hook === 'NF_INET_LOCAL_IN' && quoted[9] === PROTOCOL_UDP && isLaterFragment(quoted);
}

function quotedPacket(skb: Skb): Uint8Array {
  return skb.payload.subarray(ICMP_HEADER_BYTES);
}

function isLaterFragment(packet: Uint8Array): boolean {
  return packet.length >= 8 && (word(packet, 6) & 0x1fff) !== 0;
}

/**
 * ip_vs_nat_icmp: the quoted packet's source becomes the real server, or its destination the virtual service; all
 * checksums come out right but the quoted packet's own.
 */
function natIcmp(net: Net, skb: Skb, cp: IpVsConn, way: 'in' | 'out'): void {
  const bytes = skb.payload.slice();
  const quoted = bytes.subarray(ICMP_HEADER_BYTES);
  const headerBytes = (quoted[0]! & 15) * 4;
  ensureWritable(skb, ICMP_HEADER_BYTES + headerBytes + PORTS_BYTES);
  const [address, port] = way === 'in' ? [cp.destAddress, cp.destPort] : [cp.virtual, cp.virtualPort];
  setWord(quoted, way === 'in' ? 12 : 16, address >>> 16);
  setWord(quoted, way === 'in' ? 14 : 18, address & 0xffff);
  setWord(quoted, 10, 0);
  setWord(quoted, 10, fold(sumWords(quoted, 0, headerBytes)));
  setWord(quoted, headerBytes + (way === 'in' ? 0 : 2), port);
  setWord(bytes, 2, 0);
  setWord(bytes, 2, fold(sumWords(bytes)));
  skb.payload = bytes;
  skb.header = { ...skb.header, [way === 'in' ? 'destination' : 'source']: address };
  note(net, 'ipvs', 'ip_vs_nat_icmp', '', () =>
    way === 'in' ? 'the error now speaks of the real server' : 'the error now speaks of the virtual service',
  );
}

function long(bytes: Uint8Array, at: number): number {
  return word(bytes, at) * 0x10000 + word(bytes, at + 2);
}
