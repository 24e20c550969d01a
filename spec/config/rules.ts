import type { Ipv4 } from '../wire/address.ts';
import type { Protocol } from './protocols.ts';

/** What `iptables-save` prints for one box. A table that is missing here does not exist on the director. */
export interface Ruleset {
  readonly tables: readonly Table[];
}

export const TABLE_NAMES = ['raw', 'mangle', 'nat', 'filter', 'security'] as const;
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
  /** `-f`: a fragment other than the first. */
  readonly fragment?: { readonly inverted: boolean };
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
  readonly protocol: Protocol;
  readonly inverted: boolean;
}

/** Both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export const CT_STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'] as const;
export type CtState = (typeof CT_STATES)[number];
/** What `--ctstate` also knows, beside a packet's state: that its connection's source or destination is translated. */
export const NAT_STATES = ['SNAT', 'DNAT'] as const;
export type NatState = (typeof NAT_STATES)[number];

export const CT_ADDRESSES = ['origsrc', 'origdst', 'replsrc', 'repldst'] as const;
export const CT_PORTS = ['origsrcport', 'origdstport', 'replsrcport', 'repldstport'] as const;
export const CT_STATUSES = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const;
export type CtStatus = (typeof CT_STATUSES)[number];
export type CtDirection = 'ORIGINAL' | 'REPLY';

/** An option of `-m conntrack`, named without its `--ct`. */
export type CtAsk =
  | ({ readonly on: (typeof CT_ADDRESSES)[number] } & AddressMatch)
  | ({ readonly on: (typeof CT_PORTS)[number]; readonly inverted: boolean } & PortRange)
  | { readonly on: 'proto'; readonly protocol: ProtocolMatch['protocol']; readonly inverted: boolean }
  | { readonly on: 'status'; readonly statuses: readonly CtStatus[]; readonly inverted: boolean }
  | { readonly on: 'dir'; readonly direction: CtDirection };

export const IPVS_METHODS = { GATE: 'droute', IPIP: 'tunnel', MASQ: 'masq' } as const;

/** An option of `-m ipvs`. */
export type IpvsAsk =
  | ({ readonly on: 'vaddr' } & AddressMatch)
  | { readonly on: 'vport'; readonly port: number; readonly inverted: boolean }
  | { readonly on: 'vdir'; readonly direction: CtDirection }
  | { readonly on: 'vmethod'; readonly method: keyof typeof IPVS_METHODS; readonly inverted: boolean };

/** `--src-range FIRST-LAST`, both ends included. */
export interface AddressRange {
  readonly first: Ipv4;
  readonly last: Ipv4;
  readonly inverted: boolean;
}

export const TTL_TESTS = ['eq', 'lt', 'gt'] as const;

/** The kinds of addresses that `-m addrtype` can ask for here; the others of the tool are of no route that a director has. */
export const ADDRESS_TYPES = ['UNICAST', 'LOCAL', 'BROADCAST', 'MULTICAST'] as const;
export type AddressType = (typeof ADDRESS_TYPES)[number];

/** `--src-type LOCAL,MULTICAST`: any of them. */
export interface AddressTypes {
  readonly types: readonly AddressType[];
  readonly inverted: boolean;
}

/** Seconds of the words in `--limit 3/minute`. */
export const LIMIT_PERIODS = { second: 1, minute: 60, hour: 3600, day: 86400 } as const;
export type LimitPeriod = keyof typeof LIMIT_PERIODS;
/** What `-m limit` says by itself. */
export const DEFAULT_LIMIT = { packets: 3, per: 'hour', burst: 5 } as const;

export const ANY_ICMP_TYPE = 255;

export type Match =
  /** Says something to people, nothing to packets. */
  | { readonly kind: 'comment'; readonly text: string }
  /** Of the IP packet in bytes, its header included. */
  | ({ readonly kind: 'length'; readonly inverted: boolean } & PortRange)
  /** Only `eq` can be inverted. */
  | {
      readonly kind: 'ttl';
      readonly test: (typeof TTL_TESTS)[number];
      readonly ttl: number;
      readonly inverted: boolean;
    }
  | { readonly kind: 'iprange'; readonly source?: AddressRange; readonly destination?: AddressRange }
  | {
      readonly kind: 'tcp';
      readonly sport?: PortRange & { readonly inverted: boolean };
      readonly dport?: PortRange & { readonly inverted: boolean };
      /** `--tcp-flags mask set`, bits as in the header; `--syn` is FIN,SYN,RST,ACK SYN. */
      readonly flags?: { readonly mask: number; readonly set: number; readonly inverted: boolean };
    }
  | {
      readonly kind: 'udp';
      readonly sport?: PortRange & { readonly inverted: boolean };
      readonly dport?: PortRange & { readonly inverted: boolean };
    }
  /** Codes from first to last; type 255 is any message. */
  | ({ readonly kind: 'icmp'; readonly type: number; readonly inverted: boolean } & PortRange)
  | { readonly kind: 'tos'; readonly value: number; readonly mask: number; readonly inverted: boolean }
  /** The upper six bits of the same byte. */
  | { readonly kind: 'dscp'; readonly dscp: number; readonly inverted: boolean }
  /** The MSS option of a segment; where there is none only what is inverted holds. */
  | ({ readonly kind: 'tcpmss'; readonly inverted: boolean } & PortRange)
  | { readonly kind: 'addrtype'; readonly source?: AddressTypes; readonly destination?: AddressTypes }
  /** So many packets in a period on average, `burst` of them at once. */
  | {
      readonly kind: 'limit';
      readonly packets: number;
      readonly per: LimitPeriod;
      readonly burst: number;
    }
  | { readonly kind: 'state'; readonly states: readonly CtState[]; readonly inverted: boolean }
  | {
      readonly kind: 'conntrack';
      /** `--ctstate`; none when only something else is asked. */
      readonly states: readonly (CtState | NatState)[];
      readonly inverted: boolean;
      /** What is asked besides, each at most once. */
      readonly asks?: readonly CtAsk[];
    }
  /** `--ipvs` when nothing else is asked; whatever is asked implies it. */
  | { readonly kind: 'ipvs'; readonly inverted: boolean; readonly asks?: readonly IpvsAsk[] }
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

/** What a translated address or port is chosen from; both ends included (struct nf_nat_range2). */
export interface NatRange {
  readonly addresses?: { readonly first: Ipv4; readonly last: Ipv4 };
  readonly ports?: PortRange;
  /** Another port, whether the connection's own is free or not. */
  readonly chance?: (typeof NAT_CHANCES)[number];
  /** Of several addresses the same for a client, whomever it calls. */
  readonly persistent?: true;
}

export const NAT_CHANCES = ['random', 'random-fully'] as const;

/** What reads along connections, by the names that rules use. */
export const HELPERS = ['ftp'] as const;

export const NAT_TARGETS = ['SNAT', 'DNAT', 'MASQUERADE', 'REDIRECT'] as const;
export type NatTargetKind = (typeof NAT_TARGETS)[number];

/** MASQUERADE and REDIRECT find the address themselves: their range has ports only, or nothing. */
export interface NatTarget {
  readonly kind: NatTargetKind;
  readonly to: NatRange;
}

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
  /** Connections that begin with the packet are read along by a helper. */
  | { readonly kind: 'CT'; readonly helper: (typeof HELPERS)[number] }
  | NatTarget
  /** LOG writes to the log of the host's own namespace only, NFLOG to whoever listens: here they do nothing. */
  | { readonly kind: 'LOG' | 'NFLOG' }
  /** The bits of the mask are cleared, then the value's bits are flipped. */
  | { readonly kind: 'TOS'; readonly value: number; readonly mask: number }
  | { readonly kind: 'DSCP'; readonly dscp: number }
  /** Of a SYN; `mss` undefined: what fits both ways. */
  | { readonly kind: 'TCPMSS'; readonly mss?: number }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** The built-in chains of each table, in the kernel's hook order (valid_hooks of iptable_filter.c and its like). */
export const BUILT_IN_CHAINS: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};
