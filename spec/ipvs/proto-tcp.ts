import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { IpvsTcpDirection, IpvsTcpEvent, IpvsTcpState, IpvsTcpTable } from '../tables/ipvs-tcp.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { replace16, replace32 } from '../wire/checksum.ts';
import { setWord, word } from '../wire/ipv4.ts';
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';
import type { IpVsConn } from './types.ts';

/** What a segment does to a connection's state, counters and lifetime (net/netfilter/ipvs/ip_vs_proto_tcp.c, set_tcp_state). */
export function setTcpState(net: Net, cp: IpVsConn, direction: 'INPUT' | 'OUTPUT', flags: number): void {
  const event = eventOf(flags);
  const row = tableRow(cp, direction);
  const next: IpvsTcpState = event ? tableInForce(net)[row][event][cp.state] : 'CLOSE';
  note(net, 'ipvs', 'set_tcp_state', '', () => `${row} ${event ?? 'no flag'}: ${cp.state} -> ${next}`);
  if (next !== cp.state) countActive(net, cp, next);
  if (next !== cp.state && next === 'ESTABLISHED' && cp.control) cp.control.assured = true;
  cp.state = next;
  cp.timeout = net.ipvs.timeouts[next] * net.kernel.hz;
}

/** Changes address and port of one end; the checksum follows incrementally, so a wrong one stays wrong. */
export function rewriteTcp(
  segment: Uint8Array,
  end: 'source' | 'destination',
  from: { readonly address: Ipv4; readonly port: number },
  to: { readonly address: Ipv4; readonly port: number },
): Uint8Array {
  const bytes = segment.slice();
  setWord(bytes, end === 'source' ? 0 : 2, to.port);
  const checksum = replace16(word(bytes, 16), from.port, to.port);
  setWord(bytes, 16, replace32(checksum, from.address, to.address));
  return bytes;
}

/** Levels 1 and 2 switch by themselves when memory runs low, which it does not here (update_defense_level). */
function tableInForce(net: Net): IpvsTcpTable {
  const secure = sysctl(net, 'net.ipv4.vs.secure_tcp') === 3;
  return secure ? net.parts.ipvsTcpTableSecure : net.parts.ipvsTcpTable;
}

/** A connection of which only the client was heard has a table of its own, until the real server is heard. */
function tableRow(cp: IpVsConn, direction: 'INPUT' | 'OUTPUT'): IpvsTcpDirection {
  if (!cp.noOutput) return direction;
  if (direction === 'INPUT') return 'INPUT_ONLY';
  cp.noOutput = false;
  return 'OUTPUT';
}

function eventOf(flags: number): IpvsTcpEvent | undefined {
  if ((flags & RST) !== 0) return 'rst';
  if ((flags & SYN) !== 0) return 'syn';
  if ((flags & FIN) !== 0) return 'fin';
  return (flags & ACK) !== 0 ? 'ack' : undefined;
}

function countActive(net: Net, cp: IpVsConn, next: IpvsTcpState): void {
  const { active } = net.parts.ipvsTcpStates[next];
  if (active === !cp.inactive) return;
  cp.dest.activeConns += active ? 1 : -1;
  cp.inactive = !active;
}
