import type { Sourced } from './sourced.ts';

/** IPVS's SCTP states in the kernel's order, as /proc names them (enum ip_vs_sctp_states, sctp_state_name_table). */
export const IPVS_SCTP_STATES = [
  'NONE',
  'INIT1',
  'INIT',
  'C-SENT',
  'C-REPLIED',
  'C-WAIT',
  'COOKIE',
  'C-ECHOED',
  'ESTABLISHED',
  'S-SENT',
  'S-RECEIVED',
  'S-ACK-SENT',
  'REJECTED',
  'CLOSED',
] as const;
export type IpvsSctpState = (typeof IPVS_SCTP_STATES)[number];

/** What a packet is to the table, by its first chunk (enum ipvs_sctp_event_t). */
export const IPVS_SCTP_EVENTS = [
  'data',
  'init',
  'init-ack',
  'cookie-echo',
  'cookie-ack',
  'shutdown',
  'shutdown-ack',
  'shutdown-complete',
  'error',
  'abort',
] as const;
export type IpvsSctpEvent = (typeof IPVS_SCTP_EVENTS)[number];

/** Chunk type -> event; any other type is `data` (sctp_events). */
export const IPVS_SCTP_EVENT_OF: ReadonlyMap<number, IpvsSctpEvent> = new Map([
  [1, 'init'],
  [2, 'init-ack'],
  [6, 'abort'],
  [7, 'shutdown'],
  [8, 'shutdown-ack'],
  [9, 'error'],
  [10, 'cookie-echo'],
  [11, 'cookie-ack'],
  [14, 'shutdown-complete'],
]);

type Direction = 'INPUT' | 'OUTPUT' | 'INPUT_ONLY';
type Rows = Readonly<Record<IpvsSctpEvent, Readonly<Record<IpvsSctpState, IpvsSctpState>>>>;
export type IpvsSctpTable = Readonly<Record<Direction, Rows>>;

const ABBREVIATIONS: Readonly<Record<string, IpvsSctpState>> = {
  NO: 'NONE',
  I1: 'INIT1',
  IN: 'INIT',
  CS: 'C-SENT',
  CR: 'C-REPLIED',
  CW: 'C-WAIT',
  CO: 'COOKIE',
  CE: 'C-ECHOED',
  ES: 'ESTABLISHED',
  SS: 'S-SENT',
  SR: 'S-RECEIVED',
  SA: 'S-ACK-SENT',
  RJ: 'REJECTED',
  CL: 'CLOSED',
};

/** Rows as the kernel lays them out: one line an event, the next state for each current one. */
function rows(text: string): Rows {
  const lines = text.trim().split('\n');
  const read = (line: string) => {
    const next = line.trim().split(/\s+/).slice(1);
    return Object.fromEntries(IPVS_SCTP_STATES.map((state, index) => [state, ABBREVIATIONS[next[index]!]!]));
  };
  return Object.fromEntries(IPVS_SCTP_EVENTS.map((event, index) => [event, read(lines[index]!)])) as Rows;
}

// net/netfilter/ipvs/ip_vs_proto_sctp.c, sctp_states. The first column abbreviates the event.
export const IPVS_SCTP_TABLE: IpvsSctpTable = {
  //          NO I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  INPUT: rows(`
    d        ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL
    i        I1 IN IN CS CR CW CO CE ES SS SR SA IN IN
    i_a      CW CW CW CS CR CO CO CE ES SS SR SA RJ CL
    c_e      CR IN IN CR CR CW CO CE ES SS SR SA RJ CL
    c_a      ES I1 IN CS CR CW CO ES ES SS SR SA RJ CL
    s        SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL
    s_a      CL IN IN CS CR CW CO CE ES CL SR CL RJ CL
    s_c      CL CL CL CS CR CW CO CE ES SS SR CL RJ CL
    err      CL I1 IN CS CR CW CO CL ES SS SR SA RJ CL
    ab       CL CL CL CL CL RJ CL CL CL CL CL CL CL CL
  `),
  OUTPUT: rows(`
    d        ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL
    i        CW CW CW CW CW CW CW CW ES CW CW CW CW CW
    i_a      CS CS CS CS CR CW CO CE ES SS SR SA RJ CL
    c_e      CE CE CE CE CE CE CE CE ES SS SR SA RJ CL
    c_a      ES ES ES ES ES ES ES ES ES SS SR SA RJ CL
    s        SS SS SS SS SS SS SS SS SS SS SR SA RJ CL
    s_a      SA SA SA SA SA CW CO CE ES SA SA SA RJ CL
    s_c      CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL
    err      CL CL CL CL CL CW CO CE ES SS SR SA RJ CL
    ab       CL RJ CL CL CL CL CL CL CL CL CL CL CL CL
  `),
  INPUT_ONLY: rows(`
    d        ES I1 IN CS CR ES CO CE ES SS SR SA RJ CL
    i        I1 IN IN IN IN IN CO CE ES SS SR SA IN IN
    i_a      CE CE CE CE CE CE CO CE ES SS SR SA RJ CL
    c_e      ES ES ES ES ES ES CO CE ES SS SR SA RJ CL
    c_a      ES I1 IN ES ES CW ES ES ES SS SR SA RJ CL
    s        SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL
    s_a      CL IN IN CS CR CW CO CE CL CL SR CL RJ CL
    s_c      CL CL CL CL CL CW CO CE ES SS CL CL RJ CL
    err      CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL
    ab       CL CL CL CL CL RJ CL CL CL CL CL CL CL CL
  `),
};

/** IP_VS_SCTP_MAX_RTO */
const LONGEST = 61;

interface Timeout extends Sourced {
  readonly timeoutSeconds: number;
}

const source = { file: 'net/netfilter/ipvs/ip_vs_proto_sctp.c', symbol: 'sctp_timeouts' };

/** Seconds that a connection lives after a packet left it in a state; ESTABLISHED alone counts as ActiveConn. */
export const IPVS_SCTP_STATE_ROWS: Readonly<Record<IpvsSctpState, Timeout>> = {
  NONE: { timeoutSeconds: 2, source },
  INIT1: { timeoutSeconds: 4, source },
  INIT: { timeoutSeconds: LONGEST, source },
  'C-SENT': { timeoutSeconds: LONGEST, source },
  'C-REPLIED': { timeoutSeconds: LONGEST, source },
  'C-WAIT': { timeoutSeconds: LONGEST, source },
  COOKIE: { timeoutSeconds: LONGEST, source },
  'C-ECHOED': { timeoutSeconds: LONGEST, source },
  ESTABLISHED: { timeoutSeconds: 900, source },
  'S-SENT': { timeoutSeconds: LONGEST, source },
  'S-RECEIVED': { timeoutSeconds: LONGEST, source },
  'S-ACK-SENT': { timeoutSeconds: LONGEST, source },
  REJECTED: { timeoutSeconds: 4, source },
  CLOSED: { timeoutSeconds: LONGEST, source },
};
