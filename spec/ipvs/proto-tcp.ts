import { ensureWritable, type Skb } from '../skb.ts';
import type { IpvsProtocol, Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { IpvsTcpDirection, IpvsTcpEvent, IpvsTcpState, IpvsTcpTable } from '../tables/ipvs-tcp.ts';
import { note } from '../trace-log.ts';
import { replace16, replace32 } from '../wire/checksum.ts';
import { setWord, word } from '../wire/ipv4.ts';
import { ACK, FIN, RST, SYN, TCP_HEADER_BYTES } from '../wire/tcp.ts';
import { countActive } from './conn.ts';
import { assureTemplate } from './persist.ts';
import type { IpVsConn } from './types.ts';

/** TCP: a SYN begins a connection, and its flags lead it from state to state (net/netfilter/ipvs/ip_vs_proto_tcp.c). */
export const tcp: IpvsProtocol = {
  name: 'TCP',
  firstState: 'NONE',
  headerBytes: TCP_HEADER_BYTES,

  /** tcp_conn_schedule */
  mayBegin(net, skb) {
    const flags = flagsOf(skb);
    const opens = (flags & SYN) !== 0 || sysctl(net, 'net.ipv4.vs.sloppy_tcp') !== 0;
    return opens && (flags & RST) === 0;
  },

  asksAnew: (skb) => (flagsOf(skb) & SYN) !== 0,

  isReset: (skb) => skb.payload.length >= TCP_HEADER_BYTES && (flagsOf(skb) & RST) !== 0,

  mayBeReused: ({ state, noOutput }, mode) =>
    state === 'TIME_WAIT' || state === 'CLOSE' || ((mode & 2) !== 0 && state === 'FIN_WAIT' && noOutput),

  /** set_tcp_state */
  transition(net, cp, direction, skb) {
    const event = eventOf(flagsOf(skb));
    const row = tableRow(cp, direction);
    const state = cp.state as IpvsTcpState;
    const next: IpvsTcpState = event ? tableInForce(net)[row][event][state] : 'CLOSE';
    note(net, 'ipvs', 'set_tcp_state', '', () => `${row} ${event ?? 'no flag'}: ${state} -> ${next}`);
    if (next !== state) countActive(cp, net.parts.ipvsTcpStates[next].active);
    if (next !== state && next === 'ESTABLISHED') assureTemplate(cp);
    cp.state = next;
    cp.timeout = net.ipvs.timeouts[next] * net.kernel.hz;
  },

  /** tcp_snat_handler, tcp_dnat_handler: the checksum follows incrementally, so a wrong one stays wrong. */
  rewrite(skb, end, from, to) {
    ensureWritable(skb, TCP_HEADER_BYTES);
    const { payload } = skb;
    const bytes = payload.slice();
    setWord(bytes, end === 'source' ? 0 : 2, to.port);
    const checksum = replace16(word(bytes, 16), from.port, to.port);
    setWord(bytes, 16, replace32(checksum, from.address, to.address));
    return bytes;
  },
};

function flagsOf({ payload }: Skb): number {
  return payload[13]!;
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
