import type { Ipv4 } from '../wire/address.ts';

/** What `iptables-save` prints for one box. A table that is missing here does not exist on the director. */
export interface Ruleset {
  readonly tables: readonly Table[];
}

export const TABLE_NAMES = ['raw', 'mangle', 'nat', 'filter'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

export interface Table {
  readonly name: TableName;
  /** Built-in chains first, in the kernel's hook order, then the user's in the order of definition. */
  readonly chains: readonly Chain[];
}

export interface Chain {
  readonly name: string;
  /** Built-in chains have one, user chains do not. */
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: readonly Rule[];
}

/** One rule: every condition must hold. `inverted` is iptables' `!`. */
export interface Rule {
  readonly source?: AddressMatch;
  readonly destination?: AddressMatch;
  readonly inInterface?: InterfaceMatch;
  readonly outInterface?: InterfaceMatch;
  readonly protocol?: ProtocolMatch;
  /** `-m` extensions, in order. */
  readonly matches: readonly Match[];
  /** A rule without a target only counts. */
  readonly target?: Target;
}

export interface AddressMatch {
  readonly address: Ipv4;
  readonly mask: Ipv4;
  readonly inverted: boolean;
}

/** A trailing `+` matches every device whose name begins so. */
export interface InterfaceMatch {
  readonly name: string;
  readonly inverted: boolean;
}

export interface ProtocolMatch {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly inverted: boolean;
}

/** Both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export const CT_STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'] as const;
export type CtState = (typeof CT_STATES)[number];

export type Match =
  | {
      readonly kind: 'tcp';
      readonly sport?: PortRange & { readonly inverted: boolean };
      readonly dport?: PortRange & { readonly inverted: boolean };
      /** `--tcp-flags mask set`, bits as in the header; `--syn` is FIN,SYN,RST,ACK SYN. */
      readonly flags?: { readonly mask: number; readonly set: number; readonly inverted: boolean };
    }
  | { readonly kind: 'state'; readonly states: readonly CtState[]; readonly inverted: boolean }
  | { readonly kind: 'conntrack'; readonly states: readonly CtState[]; readonly inverted: boolean }
  | {
      readonly kind: 'multiport';
      readonly ports: readonly PortRange[];
      readonly which: 'source' | 'destination' | 'either';
      readonly inverted: boolean;
    }
  | {
      /** `mark` asks the packet, `connmark` its connection. */
      readonly kind: 'mark' | 'connmark';
      readonly value: number;
      readonly mask: number;
      readonly inverted: boolean;
    };

export const REJECT_TYPES = [
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-proto-unreachable',
  'icmp-port-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
  'tcp-reset',
] as const;
export type RejectType = (typeof REJECT_TYPES)[number];

export type Target =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'RETURN' }
  | { readonly kind: 'REJECT'; readonly with: RejectType }
  /** The bits of the mask are cleared, then the value's bits are flipped (`--set-xmark`). */
  | { readonly kind: 'MARK'; readonly value: number; readonly mask: number }
  | { readonly kind: 'CONNMARK'; readonly op: 'set'; readonly value: number; readonly mask: number }
  /** From the packet to its connection, or back; each mask says which bits of its side take part. */
  | {
      readonly kind: 'CONNMARK';
      readonly op: 'save' | 'restore';
      readonly packetMask: number;
      readonly connectionMask: number;
    }
  | { readonly kind: 'CT'; readonly notrack: true }
  /** Writes to the log of the host's own namespace only: in any other it does nothing. */
  | { readonly kind: 'LOG' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** The built-in chains of each table, in the kernel's hook order (valid_hooks of iptable_filter.c and its like). */
export const BUILT_IN_CHAINS: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};
