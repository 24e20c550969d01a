import type { Chance } from './chance.ts';
import type { IptablesCommand } from './config/commands.ts';
import type { DirectorConfig } from './config/director-config.ts';
import type { NatRange } from './config/rules.ts';
import type { Encapsulation, SchedulerName } from './config/services.ts';
import type {
  Conntrack,
  CtInfo,
  Direction,
  NatManip,
  NfConn,
  NfExpect,
  TrackVerdict,
  Tuple,
} from './conntrack/types.ts';
import type { Fib, FibError, FibRoute, Flow as RouteFlow, ThroughDevices, WayOut } from './ip/route-types.ts';
import type { DefragUser, FragmentQueue, Fragments, Neighbours, PathMtu, Peer } from './ip/types.ts';
import type {
  Ends,
  IpVsConn,
  IpVsDest,
  IpVsService,
  Ipvs,
  IpvsState,
  OverloadCause,
  Place,
} from './ipvs/types.ts';
import type { Kernel } from './kernel.ts';
import type {
  Clock,
  Devices,
  IptTable,
  IptTables,
  LimitState,
  LoadedRule,
  OfKind,
  Replacement,
} from './netfilter/types.ts';
import type { Emitted } from './observation.ts';
import type { Skb } from './skb.ts';
import type { ConntrackTcpTable, ConntrackTcpTimeout } from './tables/conntrack-tcp.ts';
import type { FreedomId } from './tables/freedoms.ts';
import type { Hook, HookRow, StationName } from './tables/hooks.ts';
import type { IpvsTcpState, IpvsTcpStateRow, IpvsTcpTable } from './tables/ipvs-tcp.ts';
import type { Timer } from './timer.ts';
import type { TraceEntry } from './trace.ts';
import type { Ipv4 } from './wire/address.ts';

/** What a station decides (linux/netfilter.h). */
export type Verdict = 'NF_ACCEPT' | 'NF_DROP' | 'NF_STOLEN';

/** A function that sits at a hook (struct nf_hook_ops). */
export interface Station {
  /** Whether it is registered at the moment. */
  active(net: Net): boolean;
  run(net: Net, skb: Skb, hook: Hook): Verdict;
}

/** A packet, and the entry that it belongs to if the protocol agrees. */
export interface Tracked {
  readonly entry: NfConn;
  readonly skb: Skb;
  readonly info: CtInfo;
  readonly hook: Hook;
}

/** What IPVS knows of a protocol (struct ip_vs_protocol). */
export interface IpvsProtocol {
  /** As /proc names it. */
  readonly name: string;
  /** Of a connection of which no packet was looked at yet. */
  readonly firstState: IpvsState;
  /**
   * A protocol without connections of its own: its packets go where a connection of that protocol goes, from and to
   * that port between the same two (ah_esp_conn_fill_param_proto).
   */
  readonly follows?: { readonly protocol: number; readonly port: number };
  /** What a packet must have behind the IP header to be one of the protocol's. */
  readonly headerBytes: number;
  /** Whether a packet that has no connection may get one (conn_schedule). */
  mayBegin(net: Net, skb: Skb): boolean;
  /** Whether a packet asks for a new connection although there is one (is_new_conn). */
  asksAnew(skb: Skb): boolean;
  /** Whether a packet ends what it belongs to: nobody answers it (is_tcp_reset, is_sctp_abort). */
  isReset(skb: Skb): boolean;
  /** Whether such a packet is right to ask (is_new_conn_expected). */
  mayBeReused(cp: IpVsConn, mode: number): boolean;
  /** What a packet does to its connection's state, counters and lifetime (state_transition). */
  transition(net: Net, cp: IpVsConn, direction: 'INPUT' | 'OUTPUT', skb: Skb): void;
  /** The payload with another port at one end, while the header still has the old address (snat_handler, dnat_handler). */
  rewrite(skb: Skb, end: 'source' | 'destination', from: Place, to: Place): Uint8Array;
}

/** How a service picks a dest for a new connection (struct ip_vs_scheduler). */
export interface Scheduler {
  /** Sets up what the scheduler remembers, when it is bound to a service. */
  init(service: IpVsService, net: Net): void;
  /** The service goes, or gets another scheduler. */
  done?(service: IpVsService, net: Net): void;
  /** `packet` is the client's: some schedulers hash its addresses. */
  schedule(net: Net, service: IpVsService, packet: Ends): IpVsDest | undefined;
  /** The dest was added or edited; the list is already as it will be. */
  changed?(service: IpVsService): void;
  /** The dest was unlinked from the place in the list that it had. */
  removed?(service: IpVsService, dest: IpVsDest, index: number): void;
}

/** In what it shows whether rules are in the legacy tables or in nf_tables; what is not here is the same code in both. */
export interface Backend {
  tcpMatches(match: OfKind<'tcp'>, skb: Skb, net: Net): boolean;
  udpMatches(match: OfKind<'udp'>, skb: Skb, net: Net): boolean;
  /** A rule that was just loaded may let its whole burst pass. */
  fullCredit(clock: Clock, limit: OfKind<'limit'>): LimitState;
  limitMatches(net: Net, limit: OfKind<'limit'>, state: LimitState): boolean;
  /** What a command does to all of its table, beside what it asks for. */
  reload(net: Net, table: IptTable, command: IptablesCommand): void;
  /** The table as it is with what a command calls into being. */
  tableFor(table: IptTable | undefined, command: IptablesCommand): IptTable;
  /** Whether a table that a refused command has called into being stays. */
  readonly refusedStays: boolean;
}

/**
 * What a director is made of: the tables and the functions that rule code looks up instead of importing. A broken
 * director is one with a part exchanged.
 */
export interface Parts {
  readonly hookRows: readonly HookRow[];
  readonly stations: Readonly<Record<StationName, Station>>;
  /** What the director itself makes of a packet for it, by IP protocol number; of any other it says so (inet_protos). */
  readonly inetProtocols: Readonly<Record<number, (net: Net, skb: Skb) => void>>;
  /** The protocols that IPVS balances, by IP protocol number (ip_vs_proto_data_get). */
  readonly ipvsProtocols: Readonly<Record<number, IpvsProtocol>>;
  readonly ipvsTcpTable: IpvsTcpTable;
  /** In force while secure_tcp is on. */
  readonly ipvsTcpTableSecure: IpvsTcpTable;
  readonly ipvsTcpStates: Readonly<Record<IpvsTcpState, Pick<IpvsTcpStateRow, 'timeoutSeconds' | 'active'>>>;
  readonly schedulers: Readonly<Record<SchedulerName, Scheduler>>;
  /** What follows a conversation, by IP protocol number (nf_conntrack_handle_packet). */
  readonly conntrackProtocols: Readonly<Record<number, (net: Net, tracked: Tracked) => TrackVerdict>>;
  readonly conntrackTcpTable: ConntrackTcpTable;
  readonly conntrackTcpValidFlags: ReadonlySet<number>;
  readonly conntrackTcpTimeouts: Readonly<
    Record<ConntrackTcpTimeout, { readonly seconds: number; readonly sysctl?: string }>
  >;
  /** The tuple that a connection shall have after its source or destination is translated (get_unique_tuple). */
  natUniqueTuple(net: Net, entry: NfConn, range: NatRange, manip: NatManip): Tuple;
  /** Reads along a connection that a rule has given the FTP helper; false: the packet is lost (nf_conntrack_ftp help). */
  ftpHelp(net: Net, skb: Skb, entry: NfConn): boolean;
  /** Whether a new connection was announced (nf_ct_find_expectation). */
  findExpect(net: Net, tuple: Tuple): NfExpect | undefined;
  /** Announces a connection (nf_ct_expect_related). */
  expectRelated(net: Net, expect: NfExpect): 'announced' | 'busy' | 'refused';
  /** Numbers a packet as its receiver counts; false: it is lost (nf_ct_seq_adjust). */
  seqAdjust(net: Net, skb: Skb, entry: NfConn, direction: Direction): boolean;
  /** By how much a byte of that direction moves (nf_ct_seq_offset). */
  seqOffset(entry: NfConn, direction: Direction, seq: number): number;
  /** Writes other words into a segment (nf_nat_mangle_tcp_packet). */
  mangleTcp(skb: Skb, replacement: Replacement): void;
  /** What a client's packet on a masqueraded control connection of FTP means; false: it is lost. */
  ipvsFtpIn(net: Net, skb: Skb, cp: IpVsConn): boolean;
  /** The same of a server's packet. */
  ipvsFtpOut(net: Net, skb: Skb, cp: IpVsConn): boolean;
  /** Gives a packet the address and port that its entry says; false: it is lost (nf_nat_packet). */
  natPacket(skb: Skb, manip: NatManip): boolean;
  /** Gives an ICMP error those of what it quotes; false when it cannot be done (nf_nat_icmp_reply_translation). */
  natError(skb: Skb, manip: NatManip): boolean;
  /** What keeps the rules, by the tool that sets them. */
  readonly backends: Readonly<Record<'legacy' | 'nft', Backend>>;
  /** Whether a rule's conditions hold for a packet. */
  ruleMatches(net: Net, rule: LoadedRule, skb: Skb, devices: Devices): boolean;
  /** When the timer wheel runs a timer, by the time it is set and the time it should run; jiffies. */
  wheel(now: number, expires: number): number;
  /** Tells the sender of a packet that nobody is there to take it (dst_link_failure). */
  unreachable(net: Net, skb: Skb): void;
  /** Whether a real server's packet that belongs to no connection is refused. */
  isUnwanted(net: Net, skb: Skb, ends: Ends): boolean;
  /** Whether a packet that finds no real server goes to where it was sent. */
  bypasses(net: Net, service: IpVsService, ends: Ends): boolean;
  /** The route of a packet, or why it has none (fib_lookup). */
  fibLookup(net: Net, flow: RouteFlow): FibRoute | FibError;
  /** How many bytes a program may send by a way out, or to the director itself. */
  rawRoom(way: WayOut | undefined): number;
  /** Finds the way of what has the virtual source now anew; false when there is none (ip_vs_route_me_harder). */
  snatReroute(net: Net, skb: Skb, hook: Hook): boolean;
  /** Whether a packet is dropped instead of being scheduled (ip_vs_todrop). */
  toDrop(net: Net): boolean;
  /** An administrator deletes an entry (nf_ct_delete). */
  deleteEntry(net: Net, entry: NfConn): void;
  /** Ends connections to save memory; whether any were (ip_vs_random_dropentry). */
  dropEntries(net: Net): boolean;
  /** Why a packet cannot have the source that it has, or whether that is a neighbour. */
  validateSource(
    net: Net,
    header: Skb['header'],
    through: ThroughDevices,
  ): string | { readonly neighbour: boolean };
  /** Tells the sender of a packet that no route takes it. */
  ipError(net: Net, skb: Skb, error: FibError): void;
  /** Tells the sender of a packet that there is a shorter way. */
  sendRedirect(net: Net, skb: Skb): void;
  /** Tells the sender of a packet how large those may be that must stay whole. */
  fragNeeded(net: Net, skb: Skb, mtu: number): void;
  /** A connection by way of the client's template (ip_vs_sched_persist). */
  schedulePersistent(
    net: Net,
    service: IpVsService,
    packet: Ends,
    pick: () => IpVsDest | undefined,
  ): IpVsConn | undefined;
  /** Whether a template still leads somewhere (ip_vs_check_template). */
  checkTemplate(net: Net, template: IpVsConn): boolean;
  /** A dest's connections were counted anew, or its thresholds set (ip_vs_dest_update_overload). */
  updateOverload(net: Net, dest: IpVsDest, why: OverloadCause): void;
  /** Takes in a fragment; true when `skb` is the whole packet now. */
  ipDefrag(net: Net, skb: Skb, user: DefragUser): boolean;
  /** The fragments that were missing did not come in time. */
  fragmentsExpired(net: Net, queue: FragmentQueue): void;
  /** Cuts a packet for a link of that MTU. */
  fragment(net: Net, skb: Skb, mtu: number): readonly Skb[];
  /** The bytes that a tunnel puts before a packet. */
  tunnelBytes(encapsulation: Encapsulation | undefined): number;
  /** Makes a packet the payload of another, from `source` to the connection's real server (ip_vs_tunnel_xmit). */
  encapsulate(net: Net, skb: Skb, connection: IpVsConn, source: Ipv4): void;
  /** An ICMP error is about a packet that went through a tunnel, within so many bytes of outer headers. */
  tunnelError(net: Net, skb: Skb, connection: IpVsConn, outerBytes: number): Verdict;
  /** The connection's timer has run. */
  connectionExpired(net: Net, connection: IpVsConn): void;
}

/** One director: everything a network namespace of the kernel holds (struct net). `step` changes it in place. */
export interface Net {
  readonly kernel: Kernel;
  readonly config: DirectorConfig;
  readonly parts: Parts;
  readonly chance: Chance;
  /** Time, in jiffies. */
  jiffies: number;
  /** What an administrator changed; everything else has its table's value. */
  readonly changedSysctls: Map<string, number>;
  readonly hooks: Readonly<Record<Hook, readonly { readonly station: StationName; readonly run: Station }[]>>;
  /** Set timers, in the order in which they were first set. */
  readonly timers: Set<Timer>;
  readonly neighbours: Neighbours;
  /** By route and destination. */
  readonly pathMtus: Map<FibRoute, Map<Ipv4, PathMtu>>;
  readonly fragments: Fragments;
  /** Whom something was said to that is not said often, by address. */
  readonly peers: Map<Ipv4, Peer>;
  /** Routes, and the rules that choose among them. */
  readonly fib: Fib;
  readonly ipvs: Ipvs;
  readonly conntrack: Conntrack;
  readonly tables: IptTables;
  /** What the director has sent to itself and not yet received. */
  readonly loopback: Skb[];
  /** The director is about to send an ICMP message of its own; until that is out it sends no other. */
  icmpLocked: boolean;
  /** Of `tables/freedoms`: since then the reference cannot say how the director goes on. */
  undetermined: FreedomId | undefined;
  /** Frames that left during this step. */
  emitted: Emitted[];
  /** What happened during this step; undefined when nobody asked. */
  trace: TraceEntry[] | undefined;
}
