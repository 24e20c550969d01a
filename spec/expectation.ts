import type { TableName } from './config/rules.ts';
import type { ChangeId } from './tables/changes.ts';
import type { Hook } from './tables/hooks.ts';
import type { Ipv4 } from './wire/address.ts';

/** Something that a scenario's author expects after a step, of the model and of every director. */
export interface Expectation {
  /** The timeline's step that it follows, counted from 1; 0 is the set-up. */
  readonly after: number;
  readonly fact: Fact;
  /** Only on kernels that have, or do not have, this change. */
  readonly when?: { readonly change: ChangeId; readonly has: boolean };
}

/** What can be expected: of the frames of one step, or of the director's tables after it. */
export type Fact =
  | SentFact
  /** No frame left. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'dropped'; readonly hook: Hook; readonly by: DropperName }
  /** The sender got a reset, or an ICMP message. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'icmp'; readonly type: number; readonly code: number; readonly mtu?: number }
  /** The administrator's command was not taken. */
  | { readonly kind: 'refused' }
  /** ActiveConn and InActConn, of one real server in all services, or of all. */
  | { readonly kind: 'counts'; readonly active: number; readonly inactive: number; readonly of?: string }
  | ConnectionFact
  | ConntrackFact
  /** What the data of a frame that left begins with, as text. */
  | { readonly kind: 'says'; readonly text: string }
  | AnnouncedFact
  /** The rule, counted from 1, met a packet in this step, or met none. */
  | {
      readonly kind: 'rule';
      readonly table: TableName;
      readonly chain: string;
      readonly rule: number;
      readonly counted: boolean;
    };

/** A frame left to that host. */
export interface SentFact {
  readonly kind: 'sent';
  readonly to: string;
  /** The source that it showed. */
  readonly source?: { readonly address: Ipv4; readonly port: number };
  readonly ttl?: number;
}

/** IPVS's connection of a flow; state undefined: there is none. */
export interface ConnectionFact {
  readonly kind: 'ipvs';
  readonly state: string | undefined;
  /** Whole seconds until it expires, as `ipvsadm -Lnc` prints them. */
  readonly seconds?: number;
  /** The real server that it goes to. */
  readonly to?: string;
  /** Default: the flow of the last packet. */
  readonly flow?: string;
}

/** conntrack's entry that a flow's client began; state undefined: there is none, '' : any state. */
export interface ConntrackFact {
  readonly kind: 'conntrack';
  readonly state: string | undefined;
  /** What its flags say about the other side: none heard, heard, enough heard to be kept. */
  readonly reply?: 'UNREPLIED' | 'REPLIED' | 'ASSURED';
  /** Whole seconds until it expires, as `conntrack -L` prints them. */
  readonly seconds?: number;
  readonly flow?: string;
}

/** A connection that conntrack waits for; `from` undefined: it waits for none. */
export interface AnnouncedFact {
  readonly kind: 'announced';
  readonly from: Ipv4 | undefined;
  readonly place?: { readonly address: Ipv4; readonly port: number };
}

/** Who drops packets, by the first word of an explanation. */
export const DROPPERS = ['raw', 'mangle', 'nat', 'filter', 'security', 'conntrack', 'ipvs'] as const;
export type DropperName = (typeof DROPPERS)[number];
