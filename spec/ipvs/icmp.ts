import { ensureWritable, isFragment, type Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import { sysctl } from '../sysctl.ts';
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
import { changedHeader, PROTOCOL_UDP, parseIpv4Header, setLong, setWord } from '../wire/ipv4.ts';
import { needsChecksum } from './checksum.ts';
import { connInGet, connOutGet, connPut } from './conn.ts';
import { endsOf, reverse } from './ends.ts';
import { gatherFrags } from './gather-frags.ts';
import { notrack, updateConntrack } from './nfct.ts';
import { schedule } from './schedule.ts';
import { quotedTunnelBytes } from './tunnel-error.ts';
import type { Ends, IpVsConn } from './types.ts';
import { routeToDest, send, transmit } from './xmit.ts';

/** Both ports. */
const PORTS_BYTES = 4;

/** The errors that IPVS follows to a connection. */
const FOLLOWED = new Set([ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH, ICMP_TIME_EXCEEDED]);

/**
 * A client's side complains about what a virtual service sent: the real server that sent it is told
 * (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_icmp). The connection lives no longer for it.
 */
export function inIcmp(net: Net, skb: Skb, hook: Hook): Verdict | undefined {
  if (isFragment(skb) && !gatherFrags(net, skb, hook)) return 'NF_STOLEN';
  if (skb.payload.length < ICMP_HEADER_BYTES) return 'NF_DROP';
  if (!FOLLOWED.has(skb.payload[0]!)) return undefined;
  const outerBytes = quotedTunnelBytes(net, skb);
  const quoted = mayBeTunnelled(skb) ? undefined : quotedPacket(net, skb, outerBytes);
  if (!quoted) return 'NF_ACCEPT';
  const ends = endsOf(net, quoted);
  // What was sent through a tunnel was a request; what is quoted otherwise was an answer.
  const cp = ends && connInGet(net, outerBytes === undefined ? reverse(ends) : ends);
  if (!cp) return outerBytes === undefined ? scheduleIcmp(net, skb, { quoted, ends, hook }) : 'NF_ACCEPT';
  if (isBroken(net, skb, outerBytes !== undefined || cp.forward === 'masq'))
    return badChecksum(net, 'ip_vs_in_icmp');
  return outerBytes === undefined
    ? icmpTransmit(net, skb, cp, hook)
    : net.parts.tunnelError(net, skb, cp, outerBytes);
}

/**
 * With schedule_icmp an error that quotes a packet of no connection makes one, whose client is who gets the error. What
 * quotes less than the ports is lost then.
 */
function scheduleIcmp(
  net: Net,
  skb: Skb,
  about: { quoted: Quoted; ends: Ends | undefined; hook: Hook },
): Verdict {
  const { quoted, ends, hook } = about;
  const protocol = net.parts.ipvsProtocols[quoted.header.protocol]!;
  const isFragment = quoted.header.fragmentOffset !== 0 && net.kernel.has('icmp-quoted-fragment-ignored');
  if (sysctl(net, 'net.ipv4.vs.schedule_icmp') === 0 || isFragment) return 'NF_ACCEPT';
  if (!ends) return 'NF_DROP';
  const cp = schedule(net, { skb, protocol, ends: reverse(ends), quoted: ends, hook });
  if (typeof cp === 'string') return cp;
  const verdict = isBroken(net, skb, cp.forward === 'masq')
    ? badChecksum(net, 'ip_vs_in_icmp')
    : icmpTransmit(net, skb, cp, hook);
  connPut(net, cp);
  return verdict;
}

/**
 * An ICMP error about a packet on its way to a real server: to the client it must look as if it were about the
 * virtual service (ip_vs_out_icmp, handle_response_icmp).
 */
export function outIcmp(net: Net, skb: Skb, hook: Hook): Verdict {
  if (isFragment(skb) && !gatherFrags(net, skb, hook)) return 'NF_STOLEN';
  if (skb.payload.length < ICMP_HEADER_BYTES) return 'NF_DROP';
  const quoted = quotedPacket(net, skb);
  const ends = quoted && endsOf(net, quoted);
  const cp = ends && connOutGet(net, reverse(ends));
  if (!cp) return 'NF_ACCEPT';
  if (cp.forward === 'masq') {
    if (isBroken(net, skb, true)) return badChecksum(net, 'ip_vs_out_icmp');
    natIcmp(net, skb, cp, 'out');
    if (!net.parts.snatReroute(net, skb, hook)) return 'NF_DROP';
  }
  skb.ipvsProperty = true;
  if (!cp.nfct) notrack(skb);
  else updateConntrack(skb, cp, 'out');
  return 'NF_ACCEPT';
}

/** ip_vs_icmp_xmit: translated for masquerading, else sent as any packet of the connection. */
function icmpTransmit(net: Net, skb: Skb, cp: IpVsConn, hook: Hook): Verdict {
  if (cp.forward !== 'masq') {
    const verdict = transmit(net, skb, cp);
    cp.packetsIn += 1;
    return verdict;
  }
  const way = routeToDest(net, skb, cp);
  // What is merely forwarded does not end here, even translated.
  if (!way || (way.kind === 'local' && hook === 'NF_INET_FORWARD')) return 'NF_STOLEN';
  natIcmp(net, skb, cp, 'in');
  return send(net, skb, cp, way);
}

/** Whether an error is lost for its checksum, which not all kernels ask about where the error stays as it is. */
function isBroken(net: Net, skb: Skb, changes: boolean): boolean {
  const matters = changes || !net.kernel.has('icmp-checksum-for-masq-only');
  return matters && needsChecksum(net, skb) && !icmpChecksumIsRight(skb.payload);
}

function badChecksum(net: Net, station: string): Verdict {
  note(net, 'ipvs', station, 'NF_DROP', () => 'the error has a wrong checksum');
  return 'NF_DROP';
}

type Quoted = Pick<Skb, 'header' | 'payload'>;

/**
 * The quoted packet, or the one that it was wrapped in so many bytes. Undefined where IPVS does not follow: other
 * messages, other protocols, a cut header.
 */
function quotedPacket(net: Net, skb: Skb, outerBytes = 0): Quoted | undefined {
  if (!FOLLOWED.has(skb.payload[0]!)) return undefined;
  const bytes = skb.payload.subarray(ICMP_HEADER_BYTES + outerBytes);
  const header = parseIpv4Header(bytes);
  const protocol = header && net.parts.ipvsProtocols[header.protocol];
  if (!protocol) return undefined;
  // Behind the first fragment there are no ports; older kernels took whatever stands there for them.
  // Of AH and ESP, which have none anyway, it was the other way round: they asked dont_defrag the wrong way.
  const minds = net.kernel.has('icmp-quoted-fragment-ignored') === (protocol.follows === undefined);
  if (header.fragmentOffset !== 0 && minds) return undefined;
  return { header, payload: bytes.subarray(20 + header.options.length) };
}

/**
 * To the director itself, the quoted datagram may be one that a tunnel's headers begin. Behind the first fragment
 * nobody can tell, so that IPVS leaves the error to others.
 */
function mayBeTunnelled({ payload, toLocal }: Skb): boolean {
  const quoted = parseIpv4Header(payload.subarray(ICMP_HEADER_BYTES));
  return toLocal && quoted?.protocol === PROTOCOL_UDP && quoted.fragmentOffset !== 0;
}

/**
 * ip_vs_nat_icmp: the quoted packet's source becomes the real server, or its destination the virtual service; all
 * checksums come out right but the quoted packet's own.
 */
function natIcmp(net: Net, skb: Skb, cp: IpVsConn, way: 'in' | 'out'): void {
  const bytes = skb.payload.slice();
  const quoted = bytes.subarray(ICMP_HEADER_BYTES);
  const headerBytes = (quoted[0]! & 15) * 4;
  const hasPorts = !net.parts.ipvsProtocols[quoted[9]!]!.follows;
  ensureWritable(skb, ICMP_HEADER_BYTES + headerBytes + (hasPorts ? PORTS_BYTES : 0));
  const [address, port] = way === 'in' ? [cp.destAddress, cp.destPort] : [cp.virtual, cp.virtualPort];
  setLong(quoted, way === 'in' ? 12 : 16, address);
  setWord(quoted, 10, 0);
  setWord(quoted, 10, fold(sumWords(quoted, 0, headerBytes)));
  if (hasPorts) setWord(quoted, headerBytes + (way === 'in' ? 0 : 2), port);
  setWord(bytes, 2, 0);
  setWord(bytes, 2, fold(sumWords(bytes)));
  skb.payload = bytes;
  skb.header = changedHeader(skb.header, way === 'in' ? { destination: address } : { source: address });
  note(net, 'ipvs', 'ip_vs_nat_icmp', '', () =>
    way === 'in' ? 'the error now speaks of the real server' : 'the error now speaks of the virtual service',
  );
}
