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
] as const;
export type ConntrackSctpState = (typeof CONNTRACK_SCTP_STATES)[number];

/** The chunk types that the table knows, in its order; all others leave the state as it is. */
const CHUNKS = [1, 2, 6, 7, 8, 9, 10, 11, 14] as const;

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

// net/netfilter/nf_conntrack_proto_sctp.c, sctp_conntracks: original direction, then reply. Heartbeats, and the state
// that they alone lead to, are left out.
export const CONNTRACK_SCTP_TABLE: readonly [Rows, Rows] = [
  //                NO CL CW CE ES SS SR SA
  rows(`
    init           CL CL CW CE ES CL CL SA
    init_ack       CL CL CW CE ES SS SR SA
    abort          CL CL CL CL CL CL CL CL
    shutdown       CL CL CW CE SS SS SR SA
    shutdown_ack   SA CL CW CE ES SA SA SA
    error          CL CL CW CE ES SS SR SA
    cookie_echo    CL CL CE CE ES SS SR SA
    cookie_ack     CL CL CW ES ES SS SR SA
    shutdown_comp  CL CL CW CE ES SS SR CL
  `),
  rows(`
    init           IV CL CW CE ES SS SR SA
    init_ack       IV CW CW CE ES SS SR SA
    abort          IV CL CL CL CL CL CL CL
    shutdown       IV CL CW CE SR SS SR SA
    shutdown_ack   IV CL CW CE ES SA SA SA
    error          IV CL CW CL ES SS SR SA
    cookie_echo    IV CL CE CE ES SS SR SA
    cookie_ack     IV CL CW ES ES SS SR SA
    shutdown_comp  IV CL CW CE ES SS SR CL
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
};
