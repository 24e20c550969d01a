import { icmpSend } from '../ip/icmp.ts';
import { type Skb, tcpOf } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { note } from '../trace-log.ts';
import { ICMP_DEST_UNREACH, ICMP_PORT_UNREACH } from '../wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP } from '../wire/ipv4.ts';
import { RST, SYN, type TcpHeader } from '../wire/tcp.ts';
import { connExpireNow, connInGet, connNew, connOutGet, connPut } from './conn.ts';
import { serviceFor } from './ctl.ts';
import { inIcmp, outIcmp } from './icmp.ts';
import { notrack, updateConntrack, usesOldConntrack } from './nfct.ts';
import { FTPDATA, FTPPORT } from './ports.ts';
import { rewriteTcp, setTcpState } from './proto-tcp.ts';
import type { Ends, IpVsConn, IpVsDest, IpVsService } from './types.ts';
import { transmit } from './xmit.ts';

/** Packets of clients: schedule them, or send them where their connection goes (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_hook). */
export function inHook(net: Net, skb: Skb, hook: string): Verdict {
  if (skb.ipvsProperty) return 'NF_ACCEPT';
  if (skb.header.protocol === PROTOCOL_ICMP) return inIcmp(net, skb);
  if (skb.header.protocol !== PROTOCOL_TCP) return 'NF_ACCEPT';
  const header = tcpOf(skb)?.header;
  if (!header) return 'NF_ACCEPT';
  const ends = endsOf(skb, header);
  const found = connInGet(net, ends);
  const kept = found && keepOrEnd(net, skb, header, found);
  if (kept === 'drop') return 'NF_DROP';
  const cp = kept ?? schedule(net, skb, header, ends, hook);
  if (typeof cp === 'string') return cp;
  setTcpState(net, cp, 'INPUT', header.flags);
  const verdict = transmit(net, skb, cp);
  connPut(net, cp);
  return verdict;
}

/** Packets of real servers: give them the virtual address back (ip_vs_out_hook, handle_response). */
export function outHook(net: Net, skb: Skb, hook: string): Verdict {
  if (skb.ipvsProperty) return 'NF_ACCEPT';
  if (skb.header.protocol === PROTOCOL_ICMP) return outIcmp(net, skb);
  const header = tcpOf(skb)?.header;
  const cp = header && connOutGet(net, endsOf(skb, header));
  if (!cp) return 'NF_ACCEPT';
  if (cp.forward === 'masq') {
    const from = { address: cp.destAddress, port: cp.destPort };
    skb.payload = rewriteTcp(skb.payload, 'source', from, { address: cp.virtual, port: cp.virtualPort });
    skb.header = { ...skb.header, source: cp.virtual };
    note(net, hook, 'handle_response', '', () => 'the source becomes the virtual service');
  }
  setTcpState(net, cp, 'OUTPUT', header.flags);
  skb.ipvsProperty = true;
  if (!cp.nfct) notrack(skb);
  else updateConntrack(skb, cp, 'out');
  connPut(net, cp);
  return 'NF_ACCEPT';
}

/** An ICMP error that is merely forwarded may still be about a connection (ip_vs_forward_icmp). */
export function forwardIcmp(net: Net, skb: Skb): Verdict {
  return skb.header.protocol === PROTOCOL_ICMP ? inIcmp(net, skb) : 'NF_ACCEPT';
}

function endsOf(skb: Skb, header: TcpHeader): Ends {
  return {
    source: skb.header.source,
    sourcePort: header.sourcePort,
    destination: skb.header.destination,
    destinationPort: header.destinationPort,
  };
}

/** The found connection, `undefined` if the packet must be scheduled anew, or `drop`. */
function keepOrEnd(net: Net, skb: Skb, header: TcpHeader, cp: IpVsConn): IpVsConn | 'drop' | undefined {
  if ((header.flags & SYN) !== 0 && startsAnew(net, cp)) return end(net, skb, cp);
  if (cp.dest.available) return cp;
  if (sysctl(net, 'net.ipv4.vs.expire_nodest_conn') !== 0) return end(net, skb, cp);
  note(net, 'ipvs', 'ip_vs_in_hook', 'NF_DROP', () => "the connection's real server was removed");
  return 'drop';
}

/** Whether a SYN on a known connection is a new connection from the same port (is_new_conn_expected). */
function startsAnew(net: Net, cp: IpVsConn): boolean {
  if (sysctl(net, 'net.ipv4.vs.expire_nodest_conn') !== 0 && cp.dest.weight === 0) return true;
  const mode = sysctl(net, 'net.ipv4.vs.conn_reuse_mode');
  if (mode === 0 || cp.control) return false;
  if (cp.state === 'TIME_WAIT' || cp.state === 'CLOSE') return true;
  return (mode & 2) !== 0 && cp.state === 'FIN_WAIT' && cp.noOutput;
}

/** Ends a connection. A packet that still hangs on its conntrack entry is lost, and both go; the next one starts clean. */
function end(net: Net, skb: Skb, cp: IpVsConn): 'drop' | undefined {
  const old = usesOldConntrack(skb);
  if (!old) cp.nfct = false;
  connExpireNow(net, cp);
  note(net, 'ipvs', 'ip_vs_in_hook', '', () => `the old connection ends${old ? ', and its packet' : ''}`);
  return old ? 'drop' : undefined;
}

/** A connection for a packet that has none, or a verdict (tcp_conn_schedule, ip_vs_schedule). */
function schedule(net: Net, skb: Skb, header: TcpHeader, ends: Ends, hook: string): IpVsConn | Verdict {
  const opens = (header.flags & SYN) !== 0 || sysctl(net, 'net.ipv4.vs.sloppy_tcp') !== 0;
  if ((header.flags & RST) !== 0 || !opens) return 'NF_ACCEPT';
  const service = serviceFor(net, ends.destination, ends.destinationPort);
  if (!service || header.sourcePort === FTPDATA) return 'NF_ACCEPT';
  // What the director itself sends is not scheduled when it answers a connection.
  if (skb.inDevice === '' && connInGet(net, reverse(ends))) return 'NF_ACCEPT';
  return connectionFor(net, service, ends, hook) ?? leave(net, skb, service, ends, hook);
}

/** ip_vs_schedule: a service that is not persistent takes its own port only. */
function connectionFor(net: Net, service: IpVsService, ends: Ends, hook: string): IpVsConn | undefined {
  const pick = (): IpVsDest | undefined => {
    const dest = net.parts.schedulers[service.scheduler].schedule(net, service, ends);
    const station = `ip_vs_${service.scheduler}_schedule`;
    note(net, hook, station, '', () => `picks ${dest ? 'a' : 'no'} real server for a new connection`);
    return dest;
  };
  if (service.persistence) return net.parts.schedulePersistent(net, service, ends, pick);
  const dest = ends.destinationPort === service.port ? pick() : undefined;
  return dest && connNew(net, ends, dest, { destPort: dest.port || ends.destinationPort });
}

/**
 * A service without a usable real server: the client is told, unless its packet only met an FTP service's claim to all
 * higher ports (ip_vs_leave).
 */
function leave(net: Net, skb: Skb, service: IpVsService, ends: Ends, hook: string): Verdict {
  if (service.port === FTPPORT && ends.destinationPort !== FTPPORT) return 'NF_ACCEPT';
  note(net, hook, 'ip_vs_leave', 'NF_DROP', () => 'the service has no real server to give');
  icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_PORT_UNREACH, info: 0 });
  return 'NF_DROP';
}

function reverse(ends: Ends): Ends {
  return {
    source: ends.destination,
    sourcePort: ends.destinationPort,
    destination: ends.source,
    destinationPort: ends.sourcePort,
  };
}
