import type { ConntrackSctpState } from '../tables/conntrack-sctp.ts';
import type { ConntrackTcpEvent, ConntrackTcpState } from '../tables/conntrack-tcp.ts';
import type { Timer } from '../timer.ts';
import type { Ipv4 } from '../wire/address.ts';

/** One direction of a conversation (struct nf_conntrack_tuple). `newTuple` makes them, all of one shape. */
export interface Tuple {
  readonly protocol: number;
  readonly src: Ipv4;
  readonly sport: number;
  readonly dst: Ipv4;
  readonly dport: number;
  /** The director's port is one that the reference leaves open (`tables/freedoms`, gue-source-port). */
  readonly openPort: boolean;
}

export const ORIGINAL = 0;
export const REPLY = 1;
export type Direction = typeof ORIGINAL | typeof REPLY;

/** What a packet is to its entry (enum ip_conntrack_info). */
export type CtInfo = 'ESTABLISHED' | 'RELATED' | 'NEW' | 'ESTABLISHED_REPLY' | 'RELATED_REPLY';

/** Which way a packet goes (CTINFO2DIR). */
export function directionOf(info: CtInfo): Direction {
  return info === 'ESTABLISHED_REPLY' || info === 'RELATED_REPLY' ? REPLY : ORIGINAL;
}

/** What a protocol's tracker says of a packet. REPEAT: the entry is gone, look the packet up again. */
export type TrackVerdict = 'ACCEPT' | 'INVALID' | 'REPEAT';

/** What has been seen of one side's sending (struct ip_ct_tcp_state). Sequence numbers are unsigned 32 bit. */
export interface TcpPeer {
  /** Highest sequence number plus length sent. */
  end: number;
  /** Highest that the other side allows: its ack plus window. */
  maxend: number;
  /** Largest window offered, scaled; 0 while nothing was seen of this side. */
  maxwin: number;
  maxack: number;
  scale: number;
  windowScale: boolean;
  sackPerm: boolean;
  closeInit: boolean;
  beLiberal: boolean;
  dataUnacknowledged: boolean;
  maxackSet: boolean;
}

/** The TCP part of an entry (struct ip_ct_tcp). */
export interface TcpTrack {
  state: ConntrackTcpState;
  readonly seen: [TcpPeer, TcpPeer];
  lastIndex: ConntrackTcpEvent;
  lastDir: Direction;
  lastSeq: number;
  lastAck: number;
  lastEnd: number;
  lastWin: number;
  lastScale: number;
  /** What a SYN that was let through unexamined said of its sender (last_flags). */
  lastWindowScale: boolean;
  lastSackPerm: boolean;
  expectChallengeAck: boolean;
  simultaneousOpen: boolean;
  retrans: number;
}

/** The UDP part of an entry (struct nf_ct_udp). */
export interface UdpTrack {
  /** From this jiffy on, packets both ways make it a stream. */
  streamTs: number;
}

/** The SCTP part of an entry (struct ip_ct_sctp). */
export interface SctpTrack {
  state: ConntrackSctpState;
  /** The verification tag that each direction's packets should have; 0 while nobody named one. */
  readonly tags: [number, number];
  /** Whose INIT still waits for the cookies to be exchanged. */
  init: [boolean, boolean];
  /** Whose heartbeat had a tag that nobody knew, and was not answered yet (SCTP_FLAG_HEARTBEAT_VTAG_FAILED, last_dir). */
  strange: Direction | undefined;
}

/** Which end of a packet a hook translates (enum nf_nat_manip_type). */
export type NatManip = 'SRC' | 'DST';

/** What NAT has decided about an entry (status bits IPS_SRC_NAT, IPS_SRC_NAT_DONE …). */
export interface NatStatus {
  /** The source, or the destination, is another one outside than inside. */
  readonly changed: Record<NatManip, boolean>;
  /** Decided for good, be it that nothing changes. */
  readonly done: Record<NatManip, boolean>;
  /** The device that MASQUERADE chose the address for (masq_index). */
  masqDevice: string | undefined;
}

/** Where the numbers of one direction's bytes move, and by how much before and behind it (struct nf_ct_seqadj). */
export interface SeqAdjust {
  /** Of the segment that changed its length last (correction_pos). */
  at: number;
  before: number;
  after: number;
}

/** What the FTP helper remembers of a control connection (struct nf_ct_ftp_master). */
export interface FtpHelp {
  /** By direction, the sequence numbers right behind line ends: two at most (seq_aft_nl). */
  readonly afterNewline: readonly [number[], number[]];
}

/** A connection that another one has announced (struct nf_conntrack_expect): its source port may be any. */
export interface NfExpect {
  tuple: Tuple;
  readonly master: NfConn;
  /** Jiffies: from then on nobody waits for it any more. */
  expires: number;
  /** Ends it, in kernels where a timer does. */
  readonly timer: Timer;
  /** What happens to the connection when it comes (expectfn). */
  readonly arrived: ((entry: NfConn) => void) | undefined;
}

/** A tracked connection (struct nf_conn). */
export interface NfConn {
  /** Both directions' tuples. */
  tuples: [Tuple, Tuple];
  /** Its source port is one that the reference leaves open (`tables/freedoms`, gue-source-port). */
  readonly openPort: boolean;
  /** In the table: found by later packets, shown in /proc. */
  confirmed: boolean;
  dying: boolean;
  seenReply: boolean;
  assured: boolean;
  /** Jiffies: a span until confirmation, a point in time after it. */
  timeout: number;
  mark: number;
  /** Reads along what the connection says, where a rule has assigned it; for good (nfct_help). */
  helper: FtpHelp | undefined;
  /** The connection that announced this one (IPS_EXPECTED). */
  master: NfConn | undefined;
  /** By direction, where what is said may change its length; undefined where nobody could (nfct_seqadj). */
  seqAdjust: readonly [SeqAdjust, SeqAdjust] | undefined;
  /** Something has changed its length (IPS_SEQ_ADJUST). */
  adjusted: boolean;
  /** None while no NAT has looked at the entry. */
  nat: NatStatus | undefined;
  /** Of the protocols' parts, the one of the tuples' protocol is used (union nf_conntrack_proto). */
  tcp: TcpTrack;
  readonly udp: UdpTrack;
  sctp: SctpTrack | undefined;
}

/** A network namespace's connection tracking. */
export interface Conntrack {
  /** Rules and services that need it (users4): its hooks exist while there is one. */
  users: number;
  /** Whether it puts fragments together before any rule sees them (defrag_ipv4_users). */
  defrags: boolean;
  /** Every confirmed entry, the newest last. There are too few for keys and buckets to pay. */
  readonly entries: NfConn[];
  /** Connections that are announced; the newest first (nf_ct_expect_hash). */
  readonly expects: NfExpect[];
}
