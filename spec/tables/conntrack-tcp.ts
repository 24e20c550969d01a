import type { Sourced } from './sourced.ts';

/** nf_conntrack's TCP states in the kernel's order (enum tcp_conntrack). */
export const CONNTRACK_TCP_STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const;
export type ConntrackTcpState = (typeof CONNTRACK_TCP_STATES)[number];

/** What a segment is to the table (enum tcp_bit_set). */
export type ConntrackTcpEvent = 'syn' | 'synack' | 'fin' | 'ack' | 'rst' | 'none';

/** IGNORE: the packet keeps its entry and changes nothing. INVALID: it has no entry any more. */
export type ConntrackTcpNext = ConntrackTcpState | 'IGNORE' | 'INVALID';

export type ConntrackTcpTable = readonly [DirectionTable, DirectionTable];
type DirectionTable = Readonly<
  Record<ConntrackTcpEvent, Readonly<Record<ConntrackTcpState, ConntrackTcpNext>>>
>;

const ABBREVIATIONS: Readonly<Record<string, ConntrackTcpNext>> = {
  NO: 'NONE',
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  ES: 'ESTABLISHED',
  FW: 'FIN_WAIT',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  S2: 'SYN_SENT2',
  IG: 'IGNORE',
  IV: 'INVALID',
};

function row(text: string): Record<ConntrackTcpState, ConntrackTcpNext> {
  const next = text.split(' ').map((short) => ABBREVIATIONS[short]!);
  return Object.fromEntries(CONNTRACK_TCP_STATES.map((state, index) => [state, next[index]!])) as Record<
    ConntrackTcpState,
    ConntrackTcpNext
  >;
}

// net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks; the same from 5.10 to 7.3. ORIGINAL, then REPLY.
// biome-ignore format: held against the source column by column
export const CONNTRACK_TCP_TABLE: ConntrackTcpTable = [
  { //             NO SS SR ES FW CW LA TW CL S2
    syn:    row('SS SS IG IG IG IG IG SS SS S2'),
    synack: row('IV IV SR IV IV IV IV IV IV SR'),
    fin:    row('IV IV FW FW LA LA LA TW CL IV'),
    ack:    row('ES IV ES ES CW CW TW TW CL IV'),
    rst:    row('IV CL CL CL CL CL CL CL CL CL'),
    none:   row('IV IV IV IV IV IV IV IV IV IV'),
  },
  { //             NO SS SR ES FW CW LA TW CL S2
    syn:    row('IV S2 IV IV IV IV IV SS IV S2'),
    synack: row('IV SR IG IG IG IG IG IG IG SR'),
    fin:    row('IV IV FW FW LA LA LA TW CL IV'),
    ack:    row('IV IG SR ES CW CW TW TW CL IG'),
    rst:    row('IV CL CL CL CL CL CL CL CL CL'),
    none:   row('IV IV IV IV IV IV IV IV IV IV'),
  },
];

/** Flag sets that a real TCP sends, PSH, ECE and CWR aside (tcp_valid_flags). Bits as in the header. */
export const CONNTRACK_TCP_VALID_FLAGS: ReadonlySet<number> = new Set([
  0x02, // SYN
  0x22, // SYN URG
  0x12, // SYN ACK
  0x04, // RST
  0x14, // RST ACK
  0x11, // FIN ACK
  0x31, // FIN ACK URG
  0x10, // ACK
  0x30, // ACK URG
]);

/** The states' timeouts and the two that cap them, with the sysctl that changes each. */
export type ConntrackTcpTimeout = Exclude<ConntrackTcpState, 'NONE'> | 'RETRANS' | 'UNACK';

export interface ConntrackTcpTimeoutRow extends Sourced {
  readonly seconds: number;
  /** Undefined where the kernel has no knob. */
  readonly sysctl?: string;
}

const source = { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_timeouts' };
const knob = (name: string): string => `net.netfilter.nf_conntrack_tcp_timeout_${name}`;

export const CONNTRACK_TCP_TIMEOUTS: Readonly<Record<ConntrackTcpTimeout, ConntrackTcpTimeoutRow>> = {
  SYN_SENT: { seconds: 120, sysctl: knob('syn_sent'), source },
  SYN_RECV: { seconds: 60, sysctl: knob('syn_recv'), source },
  ESTABLISHED: { seconds: 432000, sysctl: knob('established'), source },
  FIN_WAIT: { seconds: 120, sysctl: knob('fin_wait'), source },
  CLOSE_WAIT: { seconds: 60, sysctl: knob('close_wait'), source },
  LAST_ACK: { seconds: 30, sysctl: knob('last_ack'), source },
  TIME_WAIT: { seconds: 120, sysctl: knob('time_wait'), source },
  CLOSE: { seconds: 10, sysctl: knob('close'), source },
  SYN_SENT2: { seconds: 120, source },
  RETRANS: { seconds: 300, sysctl: knob('max_retrans'), source },
  UNACK: { seconds: 300, sysctl: knob('unacknowledged'), source },
};
