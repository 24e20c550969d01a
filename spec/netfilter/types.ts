import type { Match, Rule, TableName } from '../config/rules.ts';
import type { Kernel } from '../kernel.ts';
import type { CounterRow } from '../observation.ts';
import type { Hook } from '../tables/hooks.ts';

/** Packets and bytes that met a rule (struct xt_counters). */
export interface Counter {
  packets: number;
  bytes: number;
  /** How it was observed last. */
  shown: CounterRow | undefined;
}

/** A table of a network namespace, with live counters (struct xt_table). */
export interface IptTable {
  readonly name: TableName;
  readonly chains: IptChain[];
}

export interface IptChain {
  readonly name: string;
  /** Undefined for a user chain. */
  policy: 'ACCEPT' | 'DROP' | undefined;
  readonly policyCounter: Counter;
  rules: IptRule[];
}

/** What time it is on a kernel, in its jiffies. */
export interface Clock {
  readonly kernel: Kernel;
  readonly jiffies: number;
}

/** What `-m limit` has left, and when that was counted, in jiffies (struct xt_limit_priv). */
export interface LimitState {
  credit: number;
  last: number;
}

export interface IptRule {
  readonly rule: LoadedRule;
  readonly counter: Counter;
  /** It looks at connections, so it needs them tracked. */
  readonly tracks: boolean;
}

/**
 * A rule as a table keeps it: each has all fields, in one order, whoever wrote it. Engines are several times slower with
 * objects of many shapes, and every packet asks every rule.
 */
export type LoadedRule = { readonly [Part in Exclude<keyof Rule, 'matches'>]-?: Rule[Part] | undefined } & {
  readonly matches: readonly LoadedMatch[];
  /** Of a rule that assigns a helper. */
  readonly template: Template | undefined;
};

/**
 * What packets carry between the rule that assigns a helper and conntrack: the entry of nobody, which is the rule's own
 * and the same for all of them, with its mark (nf_ct_tmpl_alloc).
 */
export interface Template {
  readonly helper: 'ftp';
  mark: number;
}

/** An extension with what it remembers, which is anew whenever the table is loaded. */
export type LoadedMatch = Loaded<Match>;

type Loaded<M extends Match> = M extends Match
  ? { readonly kind: M['kind']; readonly match: M; state: LimitState | undefined }
  : never;

/** The tables of a network namespace; one that nobody has asked for does not exist. */
export type IptTables = Map<TableName, IptTable>;

/** The devices that the hook knows. */
export interface Devices {
  readonly inDevice: string;
  readonly outDevice: string;
}

/** Where a packet is while a table looks at it. */
export interface Place extends Devices {
  readonly hook: Hook;
}

export type OfKind<K extends Match['kind']> = Extract<Match, { readonly kind: K }>;

/** What is put into the place of `length` bytes of a segment's data. */
export interface Replacement {
  /** Counted from the first byte of data. */
  readonly at: number;
  readonly length: number;
  readonly text: string;
}
