import { find, kill } from '../conntrack/table.ts';
import { newTuple } from '../conntrack/tuple.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { IPVS_NEW_CONNECTION_SECONDS } from '../tables/ipvs-tcp.ts';
import { newTimer } from '../timer.ts';
import { delTimer, modTimer } from '../timers.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { PROTOCOL_TCP } from '../wire/ipv4.ts';
import { FTPPORT } from './ports.ts';
import type { Ends, IpVsConn, IpVsDest } from './types.ts';

/** The connection that a client's packet belongs to (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_in_get). */
export function connInGet(net: Net, ends: Ends): IpVsConn | undefined {
  return exactInGet(net, ends, ends.sourcePort) ?? exactInGet(net, ends, 0);
}

/** Port 0 is any client's: only a connection of which the client's port is not known yet has it (__ip_vs_conn_in_get). */
function exactInGet(net: Net, ends: Ends, clientPort: number): IpVsConn | undefined {
  return net.ipvs.connections.find(
    (cp) =>
      cp.clientPort === clientPort &&
      cp.noClientPort === (clientPort === 0) &&
      cp.protocol === ends.protocol &&
      cp.virtualPort === ends.destinationPort &&
      cp.client === ends.source &&
      cp.virtual === ends.destination,
  );
}

/** The first packet of a client tells its port (ip_vs_conn_fill_cport). */
export function fillClientPort({ ipvs: { connections } }: Net, cp: IpVsConn, port: number): void {
  Object.assign(cp, { clientPort: port, noClientPort: false });
  connections.unshift(...connections.splice(connections.indexOf(cp), 1));
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
      cp.protocol === ends.protocol &&
      cp.client === ends.destination &&
      (masq ? cp.destPort : cp.virtualPort) === ends.sourcePort &&
      (masq ? cp.destAddress : cp.virtual) === ends.source
    );
  });
}

/** What makes a connection other than its ends and its dest do. */
export interface Peculiarities {
  /** Where the real server is, if not at the dest's address. */
  readonly destAddress?: Ipv4;
  /** Where at the dest; its own port unless said otherwise. */
  readonly destPort?: number;
  /** The client's port is not known yet. */
  readonly noClientPort?: boolean;
  /** Keeps its conntrack entry, whatever vs/conntrack says. */
  readonly nfct?: boolean;
  readonly template?: boolean;
  readonly onePacket?: boolean;
  readonly bypass?: boolean;
}

/** A connection for a client's first packet, bound to its dest and counted there (ip_vs_conn_new, ip_vs_bind_dest). */
export function connNew(net: Net, ends: Ends, dest: IpVsDest, peculiar: Peculiarities = {}): IpVsConn {
  const { destAddress = dest.address, destPort = dest.port, noClientPort = false } = peculiar;
  const { nfct = false, template = false, onePacket = false, bypass = false } = peculiar;
  const ftp = isFtpControl(ends, dest) ? { asked: undefined } : undefined;
  const cp: IpVsConn = {
    protocol: ends.protocol,
    client: ends.source,
    clientPort: ends.sourcePort,
    noClientPort,
    virtual: ends.destination,
    virtualPort: ends.destinationPort,
    dest,
    destAddress,
    destPort,
    forward: bypass ? 'bypass' : dest.forward,
    state: net.parts.ipvsProtocols[ends.protocol]?.firstState ?? 'NONE',
    template,
    onePacket,
    assured: false,
    control: undefined,
    controls: 0,
    packetsIn: 0,
    noOutput: !bypass && dest.forward !== 'masq',
    inactive: true,
    nfct: nfct || ftp !== undefined || sysctl(net, 'net.ipv4.vs.conntrack') !== 0,
    ftp,
    timeout: IPVS_NEW_CONNECTION_SECONDS * net.kernel.hz,
    timer: newTimer(() => net.parts.connectionExpired(net, cp)),
  };
  if (!onePacket) net.ipvs.connections.unshift(cp);
  if (template) return cp;
  dest.totalConns += 1;
  net.parts.updateOverload(net, dest, 'bind');
  return cp;
}

/** What is masqueraded from FTP's port is read along, and tracked (tcp_app_conn_bind, ip_vs_ftp_init_conn). */
function isFtpControl({ protocol, destinationPort }: Ends, { forward }: IpVsDest): boolean {
  return forward === 'masq' && protocol === PROTOCOL_TCP && destinationPort === FTPPORT;
}

/** A connection is controlled by another, which lives as long as it does (ip_vs_control_add). */
export function controlAdd(cp: IpVsConn, control: IpVsConn): void {
  cp.control = control;
  control.controls += 1;
}

/** A packet is done with its connection: the connection's time starts anew, or ends (ip_vs_conn_put). */
export function connPut(net: Net, cp: IpVsConn): void {
  if (cp.onePacket) return net.parts.connectionExpired(net, cp);
  modTimer(net, cp.timer, net.jiffies + cp.timeout);
}

/** Ends a connection at the next tick, unless its time has already come (ip_vs_conn_expire_now). */
export function connExpireNow(net: Net, cp: IpVsConn): void {
  if (cp.timer.expires <= net.jiffies) return;
  modTimer(net, cp.timer, net.jiffies);
}

/** Seconds that a connection gets whose time is up while it still controls others (ip_vs_conn_expire). */
const EXPIRE_LATER_SECONDS = 60;

/** The connection's end, with its conntrack entry if it keeps one (ip_vs_conn_expire). */
export function connExpire(net: Net, cp: IpVsConn): void {
  if (cp.controls > 0) return expireLater(net, cp);
  if (!cp.onePacket) net.ipvs.connections.splice(net.ipvs.connections.indexOf(cp), 1);
  delTimer(net, cp.timer);
  note(net, 'timer', 'ip_vs_conn_expire', '', () => `${nameOf(cp)} ends in state ${cp.state}`);
  if (cp.control) release(net, cp, cp.control);
  if (cp.nfct && !cp.onePacket) dropConntrack(net, cp);
  if (cp.template) return;
  if (!cp.inactive) cp.dest.activeConns -= 1;
  cp.dest.totalConns -= 1;
  net.parts.updateOverload(net, cp.dest, 'unbind');
}

function nameOf({ template }: IpVsConn): string {
  return template ? 'a template' : 'a connection';
}

/** From then on even a new connection gives a template no more than this. */
function expireLater(net: Net, cp: IpVsConn): void {
  note(net, 'timer', 'ip_vs_conn_expire', '', () => `${nameOf(cp)} stays for those that it controls`);
  cp.timeout = EXPIRE_LATER_SECONDS * net.kernel.hz;
  connPut(net, cp);
}

/** A template without connections waits for its time, unless its last one was ended by force and none was established. */
function release(net: Net, cp: IpVsConn, control: IpVsConn): void {
  control.controls -= 1;
  cp.control = undefined;
  if (cp.timeout === 0 && control.controls === 0 && !(control.template && control.assured))
    connDel(net, control);
}

/** Ends a connection by force, and its template if nothing else needs it (ip_vs_conn_del); false if it was gone. */
export function connDel(net: Net, cp: IpVsConn): boolean {
  if (!net.ipvs.connections.includes(cp)) return false;
  if (cp.control) cp.timeout = 0;
  connExpire(net, cp);
  return true;
}

/** Ends what leads to a dest that is gone, templates after their connections (ip_vs_expire_nodest_conn_flush). */
export function expireNodestConns(net: Net): void {
  for (const cp of net.ipvs.connections.filter(({ dest }) => !dest.available)) {
    if (cp.controls > 0) continue;
    const { control } = cp;
    connDel(net, cp);
    if (control?.controls === 0) connDel(net, control);
  }
}

/** ip_vs_nfct.c, ip_vs_conn_drop_conntrack */
function dropConntrack(net: Net, cp: IpVsConn): void {
  if (cp.clientPort === 0) return;
  const found = find(net, newTuple(cp.protocol, cp.client, cp.clientPort, cp.virtual, cp.virtualPort));
  if (found) kill(net, found.entry);
}

/** Counts a connection as one of its dest's active ones, or no longer. */
export function countActive(cp: IpVsConn, active: boolean): void {
  if (active === !cp.inactive) return;
  cp.dest.activeConns += active ? 1 : -1;
  cp.inactive = !active;
}
