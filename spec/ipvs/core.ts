import { icmpSend } from '../ip/icmp.ts';
import { isFragment, type Skb } from '../skb.ts';
import type { IpvsProtocol, Net, Verdict } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';
import { ICMP_DEST_UNREACH, ICMP_PORT_UNREACH } from '../wire/icmp.ts';
import { changedHeader, PROTOCOL_ICMP } from '../wire/ipv4.ts';
import { appPacket } from './app.ts';
import { connExpireNow, connInGet, connOutGet, connPut } from './conn.ts';
import { endsOf, isCut } from './ends.ts';
import { gatherFrags } from './gather-frags.ts';
import { inIcmp, outIcmp } from './icmp.ts';
import { notrack, updateConntrack, usesOldConntrack } from './nfct.ts';
import { hasRealService } from './real-servers.ts';
import { schedule } from './schedule.ts';
import type { Ends, IpVsConn } from './types.ts';
import { transmit } from './xmit.ts';

/** Packets of clients: schedule them, or send them where their connection goes (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_hook). */
export function inHook(net: Net, skb: Skb, hook: Hook): Verdict {
  if (skb.ipvsProperty) return 'NF_ACCEPT';
  const aboutAnother = skb.header.protocol === PROTOCOL_ICMP ? inIcmp(net, skb, hook) : undefined;
  if (aboutAnother) return aboutAnother;
  const protocol = net.parts.ipvsProtocols[skb.header.protocol];
  if (!protocol) {
    if (sysctl(net, 'net.ipv4.vs.ignore_tunneled') !== 0) skb.ipvsProperty = true;
    return 'NF_ACCEPT';
  }
  const ends = endsOf(net, skb);
  // Who lacks even ports is nobody's, and is not let in either (tcp_conn_schedule and its like).
  if (!ends) return 'NF_DROP';
  const found = connInGet(net, ends);
  const kept = found && keepOrEnd(net, skb, protocol, found);
  if (kept === 'drop') return 'NF_DROP';
  const cp = kept ?? schedule(net, { skb, protocol, ends, hook });
  if (typeof cp === 'string') return cp;
  if (!isCut(net, skb)) protocol.transition(net, cp, 'INPUT', skb);
  const verdict = transmit(net, skb, cp);
  const counted = cp.onePacket ? cp.control : cp;
  if (counted) counted.packetsIn += 1;
  connPut(net, cp);
  return verdict;
}

/** Packets of real servers: give them the virtual address back (ip_vs_out_hook, handle_response). */
export function outHook(net: Net, skb: Skb, hook: Hook): Verdict {
  if (skb.ipvsProperty) return 'NF_ACCEPT';
  if (skb.header.protocol === PROTOCOL_ICMP) return outIcmp(net, skb, hook);
  const protocol = net.parts.ipvsProtocols[skb.header.protocol];
  if (!protocol) return 'NF_ACCEPT';
  if (!protocol.follows && isFragment(skb) && !gatherFrags(net, skb, hook)) return 'NF_STOLEN';
  const ends = endsOf(net, skb);
  const cp = ends && connOutGet(net, ends);
  if (!cp) return ends && net.parts.isUnwanted(net, skb, ends) ? refuse(net, skb, hook) : 'NF_ACCEPT';
  if (cp.forward === 'masq') {
    if (isCut(net, skb)) {
      connPut(net, cp);
      return 'NF_STOLEN';
    }
    if (cp.ftp && !appPacket(net, skb, cp, 'out')) {
      connPut(net, cp);
      return 'NF_STOLEN';
    }
    const from = { address: cp.destAddress, port: cp.destPort };
    skb.payload = protocol.rewrite(skb, 'source', from, { address: cp.virtual, port: cp.virtualPort });
    skb.header = changedHeader(skb.header, { source: cp.virtual });
    note(net, hook, 'handle_response', '', () => 'the source becomes the virtual service');
    if (!net.parts.snatReroute(net, skb, hook)) {
      connPut(net, cp);
      return 'NF_STOLEN';
    }
  }
  if (!isCut(net, skb)) protocol.transition(net, cp, 'OUTPUT', skb);
  skb.ipvsProperty = true;
  if (!cp.nfct) notrack(skb);
  else updateConntrack(skb, cp, 'out');
  connPut(net, cp);
  return 'NF_ACCEPT';
}

/** With nat_icmp_send a real server is told that nobody waits for what it sends, unless it says so itself. */
export function isUnwanted(net: Net, skb: Skb, ends: Ends): boolean {
  if (sysctl(net, 'net.ipv4.vs.nat_icmp_send') === 0) return false;
  const protocol = net.parts.ipvsProtocols[skb.header.protocol]!;
  if (protocol.follows) return false;
  const place = { address: ends.source, port: ends.sourcePort };
  return hasRealService(net, ends.protocol, place) && !protocol.isReset(skb);
}

function refuse(net: Net, skb: Skb, hook: Hook): Verdict {
  note(net, hook, 'ip_vs_out_hook', 'NF_DROP', () => 'no connection: the real server is told so');
  icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_PORT_UNREACH, info: 0 });
  return 'NF_DROP';
}

/** An ICMP error that is merely forwarded may still be about a connection (ip_vs_forward_icmp). */
export function forwardIcmp(net: Net, skb: Skb, hook: Hook): Verdict {
  return (skb.header.protocol === PROTOCOL_ICMP && inIcmp(net, skb, hook)) || 'NF_ACCEPT';
}

/** The found connection, `undefined` if the packet must be scheduled anew, or `drop`. */
function keepOrEnd(net: Net, skb: Skb, protocol: IpvsProtocol, cp: IpVsConn): IpVsConn | 'drop' | undefined {
  if (!isCut(net, skb) && protocol.asksAnew(skb) && startsAnew(net, skb, protocol, cp)) {
    // What others hang on stays until they are gone, beside the new one.
    if (cp.controls === 0) connExpireNow(net, cp);
    return leave(net, skb, cp);
  }
  if (cp.dest.available) return cp;
  if (sysctl(net, 'net.ipv4.vs.expire_nodest_conn') !== 0) {
    connExpireNow(net, cp);
    return leave(net, skb, cp);
  }
  note(net, 'ipvs', 'ip_vs_in_hook', 'NF_DROP', () => "the connection's real server was removed");
  return 'drop';
}

/**
 * Whether a packet that opens a known connection opens another from the same port (is_new_conn_expected). One that
 * controls others is not left while its conntrack entry is there.
 */
function startsAnew(net: Net, skb: Skb, protocol: IpvsProtocol, cp: IpVsConn): boolean {
  if (sysctl(net, 'net.ipv4.vs.expire_nodest_conn') !== 0 && cp.dest.weight === 0) return true;
  const mode = sysctl(net, 'net.ipv4.vs.conn_reuse_mode');
  if (mode === 0 || cp.control || !protocol.mayBeReused(cp, mode)) return false;
  return cp.controls === 0 || !usesOldConntrack(skb);
}

/** A packet has done with its connection. If it still hangs on a conntrack entry it is lost; the next one starts clean. */
function leave(net: Net, skb: Skb, cp: IpVsConn): 'drop' | undefined {
  const old = usesOldConntrack(skb);
  if (!old) cp.nfct = false;
  note(
    net,
    'ipvs',
    'ip_vs_in_hook',
    '',
    () => `the old connection is left${old ? ', and its packet lost' : ''}`,
  );
  return old ? 'drop' : undefined;
}
