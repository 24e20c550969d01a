import type { Sourced } from './sourced.ts';

/** Conntrack's SCTP states in the kernel's order (enum sctp_conntrack). */
export const CONNTRACK_SCTP_STATES = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
] as const;
export type ConntrackSctpState = (typeof CONNTRACK_SCTP_STATES)[number];

/** The chunk types that the table knows, in its order; all others leave the state as it is. */
const CHUNKS = [1, 2, 6, 7, 8, 9, 10, 11, 14, 4, 5] as const;

type Next = ConntrackSctpState | 'INVALID';
type Rows = ReadonlyMap<number, Readonly<Record<ConntrackSctpState, Next>>>;

const ABBREVIATIONS: Readonly<Record<string, Next>> = {
  NO: 'NONE',
  CL: 'CLOSED',
  CW: 'COOKIE_WAIT',
  CE: 'COOKIE_ECHOED',
  ES: 'ESTABLISHED',
  SS: 'SHUTDOWN_SENT',
  SR: 'SHUTDOWN_RECD',
  SA: 'SHUTDOWN_ACK_SENT',
  HS: 'HEARTBEAT_SENT',
  IV: 'INVALID',
};

function rows(text: string): Rows {
  const lines = text.trim().split('\n');
  return new Map(
    CHUNKS.map((type, index) => {
      const next = lines[index]!.trim().split(/\s+/).slice(1);
      const row = CONNTRACK_SCTP_STATES.map((state, at) => [state, ABBREVIATIONS[next[at]!]!] as const);
      return [type, Object.fromEntries(row) as Record<ConntrackSctpState, Next>];
    }),
  );
}

// net/netfilter/nf_conntrack_proto_sctp.c, sctp_conntracks: original direction, then reply.
export const CONNTRACK_SCTP_TABLE: readonly [Rows, Rows] = [
  //                NO CL CW CE ES SS SR SA HS
  rows(`
    init           CL CL CW CE ES CL CL SA CW
    init_ack       CL CL CW CE ES SS SR SA CL
    abort          CL CL CL CL CL CL CL CL CL
    shutdown       CL CL CW CE SS SS SR SA CL
    shutdown_ack   SA CL CW CE ES SA SA SA SA
    error          CL CL CW CE ES SS SR SA CL
    cookie_echo    CL CL CE CE ES SS SR SA CL
    cookie_ack     CL CL CW ES ES SS SR SA CL
    shutdown_comp  CL CL CW CE ES SS SR CL CL
    heartbeat      HS CL CW CE ES SS SR SA HS
    heartbeat_ack  CL CL CW CE ES SS SR SA HS
  `),
  rows(`
    init           IV CL CW CE ES SS SR SA IV
    init_ack       IV CW CW CE ES SS SR SA IV
    abort          IV CL CL CL CL CL CL CL IV
    shutdown       IV CL CW CE SR SS SR SA IV
    shutdown_ack   IV CL CW CE ES SA SA SA IV
    error          IV CL CW CL ES SS SR SA IV
    cookie_echo    IV CL CE CE ES SS SR SA IV
    cookie_ack     IV CL CW ES ES SS SR SA IV
    shutdown_comp  IV CL CW CE ES SS SR CL IV
    heartbeat      IV CL CW CE ES SS SR SA HS
    heartbeat_ack  IV CL CW CE ES SS SR SA ES
  `),
];

interface Timeout extends Sourced {
  readonly seconds: number;
}

const source = { file: 'net/netfilter/nf_conntrack_proto_sctp.c', symbol: 'sctp_timeouts' };

/** Seconds that an entry lives after a packet left it in a state. */
export const CONNTRACK_SCTP_TIMEOUTS: Readonly<Record<ConntrackSctpState, Timeout>> = {
  // A packet of unknown chunks alone leaves a fresh entry here, which has no time of its own.
  NONE: { seconds: 0, source },
  CLOSED: { seconds: 10, source },
  COOKIE_WAIT: { seconds: 3, source },
  COOKIE_ECHOED: { seconds: 3, source },
  ESTABLISHED: { seconds: 210, source },
  SHUTDOWN_SENT: { seconds: 3, source },
  SHUTDOWN_RECD: { seconds: 3, source },
  SHUTDOWN_ACK_SENT: { seconds: 3, source },
  HEARTBEAT_SENT: { seconds: 30, source },
};
