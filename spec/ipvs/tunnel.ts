import type { Encapsulation } from '../config/services.ts';
import { greFlags } from '../config/tunnel-bytes.ts';
import { confirm } from '../conntrack/table.ts';
import { ipOutput } from '../ip/output.ts';
import { nfHook } from '../netfilter/hooks.ts';
import { bytesOf, type Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { FreedomId } from '../tables/freedoms.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { ETHERTYPE_IPV4 } from '../wire/ethernet.ts';
import { printGre } from '../wire/gre.ts';
import { printGue } from '../wire/gue.ts';
import { changedHeader, PROTOCOL_GRE, PROTOCOL_IPIP, PROTOCOL_UDP, setWord } from '../wire/ipv4.ts';
import { printUdp, UDP_HEADER_BYTES, udpChecksum } from '../wire/udp.ts';
import { gueSourcePort } from './gue-port.ts';
import type { IpVsConn } from './types.ts';

/**
 * Sends a client's packet to its real server within another (net/netfilter/ipvs/ip_vs_xmit.c, ip_vs_tunnel_xmit). Its
 * own entry is confirmed here or never: from now on it is another packet, which conntrack sees for the first time.
 */
export function tunnelXmit(net: Net, skb: Skb, cp: IpVsConn, source: Ipv4): Verdict {
  net.parts.encapsulate(net, skb, cp, source);
  skb.ipvsProperty = true;
  skb.ignoreDf = true;
  if (cp.nfct && !confirm(net, skb)) {
    note(net, 'ipvs', 'ip_vs_tunnel_xmit', 'NF_DROP', () => 'another entry has one of its tuples');
    return 'NF_STOLEN';
  }
  skb.ct = undefined;
  skb.untracked = false;
  if (nfHook(net, 'NF_INET_LOCAL_OUT', skb)) ipOutput(net, skb);
  return 'NF_STOLEN';
}

/** The outer header: type of service, life and, unless pmtu_disc is off, DF are the packet's own (ip_vs_prepare_tunneled_skb). */
export function encapsulate(net: Net, skb: Skb, cp: IpVsConn, source: Ipv4): void {
  const { header: inner, payload } = skb;
  const { encapsulation } = cp.dest;
  const whole = bytesOf(skb);
  const dontFragment = inner.dontFragment && sysctl(net, 'net.ipv4.vs.pmtu_disc') !== 0;
  const open: FreedomId[] = dontFragment && !skb.ignoreDf ? [] : ['own-ip-id'];
  if (skb.open.includes('own-ip-id')) open.push('own-ip-id-inside');
  if (encapsulation?.type === 'gue') {
    open.push('gue-source-port');
    skb.payload = inGue(whole, gueSourcePort(net, skb), encapsulation, [source, cp.destAddress]);
  } else if (encapsulation) {
    skb.payload = printGre({ flags: greFlags(encapsulation.checksum), protocol: ETHERTYPE_IPV4 }, whole);
  } else skb.payload = whole;
  skb.header = changedHeader(inner, {
    tos: ecnOutside(inner.tos),
    id: 0,
    dontFragment,
    protocol: protocolOf(encapsulation),
    source,
    destination: cp.destAddress,
    options: new Uint8Array(0),
  });
  skb.open = open;
  // All of it stands in the packet's first buffer.
  const { reassembled } = skb;
  if (reassembled?.buffers) {
    const [first, ...rest] = reassembled.buffers;
    skb.reassembled = {
      ...reassembled,
      buffers: [first! + skb.payload.length - payload.length, ...rest],
    };
  }
  note(
    net,
    'ipvs',
    'ip_vs_tunnel_xmit',
    '',
    () => `wrapped for the real server by ${encapsulation?.type ?? 'ipip'}`,
  );
}

function protocolOf(encapsulation: Encapsulation | undefined): number {
  if (!encapsulation) return PROTOCOL_IPIP;
  return encapsulation.type === 'gue' ? PROTOCOL_UDP : PROTOCOL_GRE;
}

/** ipvs_gue_encap. A checksum for the remote end to finish is one of ours, for packets that come in with theirs. */
function inGue(
  whole: Uint8Array,
  sourcePort: number,
  { port, checksum }: Extract<Encapsulation, { type: 'gue' }>,
  [source, destination]: readonly [Ipv4, Ipv4],
): Uint8Array {
  const payload = printGue(whole);
  const length = UDP_HEADER_BYTES + payload.length;
  const bytes = printUdp({ sourcePort, destinationPort: port, length, checksum: 0, payload });
  if (checksum !== 'nocsum') setWord(bytes, 6, udpChecksum(bytes, source, destination));
  return bytes;
}

const ECN_MASK = 3;
const ECN_CE = 3;
const ECN_ECT_0 = 2;

/** Congestion that was met before stays inside (INET_ECN_encapsulate). */
function ecnOutside(tos: number): number {
  const ecn = tos & ECN_MASK;
  return (tos & ~ECN_MASK) | (ecn === ECN_CE ? ECN_ECT_0 : ecn);
}
