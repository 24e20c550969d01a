import type { LinkName } from './config/topology.ts';
import type { FreedomId } from './tables/freedoms.ts';
import type { Ipv4 } from './wire/address.ts';

/** All that can be seen of a director from outside after one step. Rows are sorted, so equal tables are equal arrays. */
export interface Observation {
  /** The director's clock when the step happened, in jiffies of its own HZ. */
  readonly jiffies: number;
  /** Frames that left the director since the step before, in order. */
  readonly emitted: readonly Emitted[];
  /** The tool refused the administrator's command (exit code other than 0). */
  readonly refused: boolean;
  /** Id of `tables/freedoms`: how the director is from this step on, nobody can know. Only the model says so. */
  readonly undetermined?: FreedomId;
  readonly services: readonly ServiceRow[];
  readonly connections: readonly ConnectionRow[];
  readonly conntrack: readonly ConntrackRow[];
  /** Only while connections are announced. */
  readonly expects?: readonly ExpectRow[];
  readonly counters: readonly CounterRow[];
}

export interface Emitted {
  readonly link: LinkName;
  /** The whole Ethernet frame. */
  readonly frame: Uint8Array;
  /** Ids of `tables/freedoms`: parts of this frame that the reference leaves open. Only the model says so. */
  readonly open?: readonly string[];
}

/** A service of /proc/net/ip_vs with its dests. */
export interface ServiceRow {
  /** As printed: TCP, UDP, FWM. */
  readonly protocol: string;
  /** Of FWM, the mark; the port is then 0. */
  readonly address: Ipv4;
  readonly port: number;
  readonly scheduler: string;
  /** What follows the scheduler's name ("ops", "persistent 75000 FFFFFFFF"); '' mostly. */
  readonly flags: string;
  /** In the kernel's order: the newest first. */
  readonly dests: readonly DestRow[];
}

export interface DestRow {
  readonly address: Ipv4;
  readonly port: number;
  /** As printed: Masq, Route, Tunnel, Local. */
  readonly forward: string;
  readonly weight: number;
  readonly activeConn: number;
  readonly inActConn: number;
}

/** A line of /proc/net/ip_vs_conn. */
export interface ConnectionRow {
  readonly protocol: string;
  readonly client: Ipv4;
  readonly clientPort: number;
  readonly virtual: Ipv4;
  readonly virtualPort: number;
  readonly dest: Ipv4;
  readonly destPort: number;
  readonly state: string;
  /** Whole seconds until the timer, as the kernel rounds them. */
  readonly expires: number;
}

export interface TupleRow {
  readonly src: Ipv4;
  readonly dst: Ipv4;
  readonly sport: number;
  readonly dport: number;
}

/** A line of /proc/net/nf_conntrack. */
export interface ConntrackRow {
  /** As /proc names it; those without a name `unknown` and their number. */
  readonly protocol: string;
  /** Whole seconds, as the kernel rounds them. */
  readonly timeout: number;
  /** TCP only; '' for others. */
  readonly state: string;
  readonly original: TupleRow;
  readonly reply: TupleRow;
  readonly unreplied: boolean;
  readonly assured: boolean;
  readonly mark: number;
  /** The original source port is any (`tables/freedoms`, gue-source-port). Only the model says so. */
  readonly openPort?: true;
}

/** A line of /proc/net/nf_conntrack_expect: a connection that another has announced. */
export interface ExpectRow {
  readonly protocol: number;
  /** Whole seconds, as the kernel rounds them. */
  readonly timeout: number;
  /** Source port 0: any. */
  readonly tuple: TupleRow;
  readonly helper: string;
}

/** Packets and bytes that met a rule; `rule` counts from 1, 0 is the chain's policy. */
export interface CounterRow {
  readonly table: string;
  readonly chain: string;
  readonly rule: number;
  readonly packets: number;
  readonly bytes: number;
}
