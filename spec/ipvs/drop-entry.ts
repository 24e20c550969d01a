import { draw } from '../chance.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { note } from '../trace-log.ts';
import { connDel } from './conn.ts';
import type { IpVsConn } from './types.ts';

/**
 * With drop_entry 3 the kernel looks each second at a thirty-second of the table's rows, picked by chance, and ends what
 * it may of the connections there (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_random_dropentry; levels 1 and 2 do so when
 * memory runs low, which it does not here). When a second ends nobody sees: each that may go may go at any moment.
 * Says whether any went.
 */
export function dropEntries(net: Net): boolean {
  if (sysctl(net, 'net.ipv4.vs.drop_entry') !== 3) return false;
  const atStake = net.ipvs.connections.filter((cp) => mayBeDropped(net, cp));
  const gone = atStake.filter((cp) => draw(net, 'drop-entry', [() => false, () => drop(net, cp)])!());
  return gone.length > 0;
}

/** False when it went already, with a connection that it controlled. */
function drop(net: Net, cp: IpVsConn): boolean {
  note(net, 'timer', 'ip_vs_random_dropentry', '', () => `a connection in state ${cp.state} is dropped`);
  return connDel(net, cp);
}

/** In which states a connection is nobody's yet, and in which one that hardly talks may be dropped. */
const HALF_OPEN: ReadonlySet<string> = new Set(['SYN_RECV', 'SYNACK', 'INIT1', 'INIT']);

export function mayBeDropped(net: Net, cp: IpVsConn): boolean {
  if (cp.controls > 0) return false;
  if (cp.template) return givesOnePackets(net, cp) ? hardlyTalks(net, cp) : !cp.assured;
  if (HALF_OPEN.has(cp.state)) return true;
  return (cp.state === 'ESTABLISHED' || cp.state === 'UDP') && hardlyTalks(net, cp);
}

/** Its packets are the template's own (ip_vs_conn_ops_mode). */
function givesOnePackets({ ipvs }: Net, { dest }: IpVsConn): boolean {
  return ipvs.services.some(({ onePacket, dests }) => onePacket && dests.includes(dest));
}

/** Idle for a minute, and of few packets before: of these one of so many goes as each has had packets (todrop_entry). */
function hardlyTalks({ jiffies, kernel }: Net, { timeout, timer, packetsIn }: IpVsConn): boolean {
  const isIdle = timeout + jiffies >= timer.expires + 60 * kernel.hz;
  return isIdle && packetsIn >= 1 && packetsIn <= 8;
}
