import { find, kill } from '../conntrack/table.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { IPVS_NEW_CONNECTION_SECONDS } from '../tables/ipvs-tcp.ts';
import { newTimer } from '../timer.ts';
import { delTimer, modTimer } from '../timers.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { PROTOCOL_TCP } from '../wire/ipv4.ts';
import type { IpVsConn, IpVsDest } from './types.ts';

/** The two ends of a packet. */
export interface Ends {
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
}

/** The connection that a client's packet belongs to (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_in_get). */
export function connInGet(net: Net, ends: Ends): IpVsConn | undefined {
  return net.ipvs.connections.find(
    (cp) =>
      cp.clientPort === ends.sourcePort &&
      cp.virtualPort === ends.destinationPort &&
      cp.client === ends.source &&
      cp.virtual === ends.destination,
  );
}

/**
 * The connection that a real server's packet belongs to (ip_vs_conn_out_get). A masqueraded one is known by the
 * real server's address, all others by the virtual one. Two services may share a real server's port: the newest wins.
 */
export function connOutGet(net: Net, ends: Ends): IpVsConn | undefined {
  return net.ipvs.connections.find((cp) => {
    const masq = cp.forward === 'masq';
    return (
      cp.clientPort === ends.destinationPort &&
      cp.client === ends.destination &&
      (masq ? cp.destPort : cp.virtualPort) === ends.sourcePort &&
      (masq ? cp.destAddress : cp.virtual) === ends.source
    );
  });
}

/** A connection for a client's first packet, bound to its dest and counted there (ip_vs_conn_new, ip_vs_bind_dest). */
export function connNew(net: Net, ends: Ends, dest: IpVsDest): IpVsConn {
  const cp: IpVsConn = {
    client: ends.source,
    clientPort: ends.sourcePort,
    virtual: ends.destination,
    virtualPort: ends.destinationPort,
    dest,
    destAddress: dest.address,
    destPort: dest.port,
    forward: dest.forward,
    state: 'NONE',
    noOutput: dest.forward !== 'masq',
    inactive: true,
    nfct: sysctl(net, 'net.ipv4.vs.conntrack') !== 0,
    timeout: IPVS_NEW_CONNECTION_SECONDS * net.kernel.hz,
    timer: newTimer(() => net.parts.connectionExpired(net, cp)),
  };
  dest.totalConns += 1;
  net.parts.updateOverload(net, dest, 'bind');
  net.ipvs.connections.unshift(cp);
  return cp;
}

/** A packet is done with its connection: the connection's time starts anew (ip_vs_conn_put). */
export function connPut(net: Net, cp: IpVsConn): void {
  modTimer(net, cp.timer, net.jiffies + cp.timeout);
}

/** Ends a connection at the next tick, unless its time has already come (ip_vs_conn_expire_now). */
export function connExpireNow(net: Net, cp: IpVsConn): void {
  if (cp.timer.expires <= net.jiffies) return;
  modTimer(net, cp.timer, net.jiffies);
}

/** The connection's end, with its conntrack entry if it keeps one (ip_vs_conn_expire). */
export function connExpire(net: Net, cp: IpVsConn): void {
  net.ipvs.connections.splice(net.ipvs.connections.indexOf(cp), 1);
  delTimer(net, cp.timer);
  note(net, 'timer', 'ip_vs_conn_expire', '', () => `a connection ends in state ${cp.state}`);
  if (cp.nfct) dropConntrack(net, cp);
  if (!cp.inactive) cp.dest.activeConns -= 1;
  cp.dest.totalConns -= 1;
  net.parts.updateOverload(net, cp.dest, 'unbind');
}

/** ip_vs_nfct.c, ip_vs_conn_drop_conntrack */
function dropConntrack(net: Net, cp: IpVsConn): void {
  const found = find(net, {
    protocol: PROTOCOL_TCP,
    src: cp.client,
    sport: cp.clientPort,
    dst: cp.virtual,
    dport: cp.virtualPort,
  });
  if (found) kill(net, found.entry);
}
