import type { Sourced } from './sourced.ts';

/** IPVS's TCP states in the kernel's order (enum ip_vs_tcp_states). */
export const IPVS_TCP_STATES = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
] as const;
export type IpvsTcpState = (typeof IPVS_TCP_STATES)[number];

/** What a segment is to the table: the first of RST, SYN, FIN, ACK that it carries (tcp_state_idx). */
export type IpvsTcpEvent = 'syn' | 'fin' | 'ack' | 'rst';

/** INPUT_ONLY: no packet of the real server has been seen, as with direct routing. */
export type IpvsTcpDirection = 'INPUT' | 'OUTPUT' | 'INPUT_ONLY';

export type IpvsTcpTable = Readonly<
  Record<IpvsTcpDirection, Readonly<Record<IpvsTcpEvent, Readonly<Record<IpvsTcpState, IpvsTcpState>>>>>
>;

const ABBREVIATIONS: Readonly<Record<string, IpvsTcpState>> = {
  NO: 'NONE',
  ES: 'ESTABLISHED',
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  FW: 'FIN_WAIT',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  LI: 'LISTEN',
  SA: 'SYNACK',
};

/** A row as the kernel lays it out: the next state for each current one, in the order of `IPVS_TCP_STATES`. */
function row(text: string): Record<IpvsTcpState, IpvsTcpState> {
  const next = text.split(' ').map((short) => ABBREVIATIONS[short]!);
  return Object.fromEntries(IPVS_TCP_STATES.map((state, index) => [state, next[index]!])) as Record<
    IpvsTcpState,
    IpvsTcpState
  >;
}

// net/netfilter/ipvs/ip_vs_proto_tcp.c, tcp_states; the same from 5.10 to 7.3.
// biome-ignore format: held against the source column by column
export const IPVS_TCP_TABLE: IpvsTcpTable = {
  INPUT: { //   NO ES SS SR FW TW CL CW LA LI SA
    syn: row('SR ES ES SR SR SR SR SR SR SR SR'),
    fin: row('CL CW SS TW TW TW CL CW LA LI TW'),
    ack: row('ES ES SS ES FW TW CL CW CL LI ES'),
    rst: row('CL CL CL SR CL CL CL CL LA LI SR'),
  },
  OUTPUT: { //  NO ES SS SR FW TW CL CW LA LI SA
    syn: row('SS ES SS SR SS SS SS SS SS LI SR'),
    fin: row('TW FW SS TW FW TW CL TW LA LI TW'),
    ack: row('ES ES SS ES FW TW CL CW LA ES ES'),
    rst: row('CL CL SS CL CL TW CL CL CL CL CL'),
  },
  INPUT_ONLY: { // ES SS SR FW TW CL CW LA LI SA
    syn: row('SR ES ES SR SR SR SR SR SR SR SR'),
    fin: row('CL FW SS TW FW TW CL CW LA LI TW'),
    ack: row('ES ES SS ES FW TW CL CW CL LI ES'),
    rst: row('CL CL CL SR CL CL CL CL LA LI CL'),
  },
};

// tcp_states_dos of the same file: what secure_tcp puts in the place of the first table.
// biome-ignore format: held against the source column by column
export const IPVS_TCP_TABLE_SECURE: IpvsTcpTable = {
  INPUT: { //   NO ES SS SR FW TW CL CW LA LI SA
    syn: row('SR ES ES SR SR SR SR SR SR SR SA'),
    fin: row('CL CW SS TW TW TW CL CW LA LI SA'),
    ack: row('ES ES SS SR FW TW CL CW CL LI SA'),
    rst: row('CL CL CL SR CL CL CL CL LA LI CL'),
  },
  OUTPUT: { //  NO ES SS SR FW TW CL CW LA LI SA
    syn: row('SS ES SS SA SS SS SS SS SS LI SA'),
    fin: row('TW FW SS TW FW TW CL TW LA LI TW'),
    ack: row('ES ES SS ES FW TW CL CW LA ES ES'),
    rst: row('CL CL SS CL CL TW CL CL CL CL CL'),
  },
  INPUT_ONLY: { // ES SS SR FW TW CL CW LA LI SA
    syn: row('SA ES ES SR SA SA SA SA SA SA SA'),
    fin: row('CL FW SS TW FW TW CL CW LA LI TW'),
    ack: row('ES ES SS ES FW TW CL CW CL LI ES'),
    rst: row('CL CL CL SR CL CL CL CL LA LI CL'),
  },
};

/** Seconds that a connection lives after a packet left it in a state, and whether it counts as ActiveConn. */
export interface IpvsTcpStateRow extends Sourced {
  readonly timeoutSeconds: number;
  readonly active: boolean;
}

const source = {
  file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c',
  symbol: 'tcp_timeouts, tcp_state_active_table',
};

export const IPVS_TCP_STATE_ROWS: Readonly<Record<IpvsTcpState, IpvsTcpStateRow>> = {
  NONE: { timeoutSeconds: 2, active: false, source },
  ESTABLISHED: { timeoutSeconds: 900, active: true, source },
  SYN_SENT: { timeoutSeconds: 120, active: true, source },
  SYN_RECV: { timeoutSeconds: 60, active: true, source },
  FIN_WAIT: { timeoutSeconds: 120, active: false, source },
  TIME_WAIT: { timeoutSeconds: 120, active: false, source },
  CLOSE: { timeoutSeconds: 10, active: false, source },
  CLOSE_WAIT: { timeoutSeconds: 60, active: false, source },
  LAST_ACK: { timeoutSeconds: 30, active: false, source },
  LISTEN: { timeoutSeconds: 120, active: false, source },
  SYNACK: { timeoutSeconds: 120, active: true, source },
};

/** What a new connection would get before its first packet is looked at (ip_vs_conn.c, ip_vs_conn_new). */
export const IPVS_NEW_CONNECTION_SECONDS = 3;
