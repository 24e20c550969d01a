import type { Protocol } from './protocols.ts';
import { type Match, NAT_TARGETS, type NatTargetKind, type RejectType, type TableName } from './rules.ts';

/** The matches that the model knows (`-m`). */
export const MATCH_NAMES: readonly Match['kind'][] = [
  'tcp',
  'state',
  'conntrack',
  'multiport',
  'mark',
  'connmark',
  'ipvs',
  'comment',
  'length',
  'ttl',
  'iprange',
  'udp',
  'icmp',
  'tos',
  'dscp',
  'tcpmss',
  'addrtype',
  'limit',
];

/** Matches of the real tool that the model does not know. */
// biome-ignore format: read as a list.
export const UNMODELLED_MATCHES: readonly string[] = [
  'ah', 'bpf', 'cgroup', 'cluster', 'connbytes', 'connlabel', 'connlimit', 'cpu',
  'dccp', 'devgroup', 'ecn', 'esp', 'hashlimit', 'helper', 'mac',
  'nfacct', 'osf', 'owner', 'physdev', 'pkttype', 'policy', 'quota', 'rateest', 'realm', 'recent', 'rpfilter', 'sctp',
  'set', 'socket', 'statistic', 'string', 'time', 'u32', 'udplite',
];

/** The targets that the model knows, besides chains. */
export const TARGET_NAMES = [
  'ACCEPT',
  'DROP',
  'RETURN',
  'REJECT',
  'MARK',
  'CONNMARK',
  'CT',
  'LOG',
  'NFLOG',
  'TOS',
  'DSCP',
  'TCPMSS',
  ...NAT_TARGETS,
] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

/** The tables that a target is for, where it is not for all of them (struct xt_target). */
const TABLES_OF: Partial<Record<TargetName, readonly TableName[]>> = {
  REJECT: ['filter'],
  CT: ['raw'],
  // The tool refuses it: "not intended for filtering".
  DROP: ['raw', 'mangle', 'filter', 'security'],
  TOS: ['mangle'],
  DSCP: ['mangle'],
  TCPMSS: ['mangle'],
  SNAT: ['nat'],
  DNAT: ['nat'],
  MASQUERADE: ['nat'],
  REDIRECT: ['nat'],
};

/** The chains that a target of table nat is for: where the end that it changes has not been looked at yet (struct xt_target, hooks). */
export const NAT_CHAINS: Readonly<Record<NatTargetKind, readonly string[]>> = {
  SNAT: ['INPUT', 'POSTROUTING'],
  MASQUERADE: ['POSTROUTING'],
  DNAT: ['PREROUTING', 'OUTPUT'],
  REDIRECT: ['PREROUTING', 'OUTPUT'],
};

/** The targets whose ports `--random` and its like choose, or whose address `--persistent` (libxt_NAT.c). */
export const NAT_OPTIONS: Readonly<
  Record<'random' | 'random-fully' | 'persistent', readonly NatTargetKind[]>
> = {
  random: ['SNAT', 'DNAT', 'MASQUERADE', 'REDIRECT'],
  'random-fully': ['SNAT', 'MASQUERADE'],
  persistent: ['SNAT', 'DNAT'],
};

/** Protocols of whose ports multiport knows where they are (net/netfilter/xt_multiport.c, check). */
export const MULTIPORT_PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'udplite', 'sctp', 'dccp'];

/** Protocols whose ports, or what is translated as a port, a target may name (libxt_NAT.c, portok). */
export const NAT_PORT_PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp', 'dccp', 'icmp'];

/** The targets that a rule of the table may have. */
export function targetsOf(table: TableName): readonly TargetName[] {
  return TARGET_NAMES.filter((name) => TABLES_OF[name]?.includes(table) ?? true);
}

/** Targets of the real tool that the model does not know. */
// biome-ignore format: read as a list.
export const UNMODELLED_TARGETS: readonly string[] = [
  'AUDIT', 'CHECKSUM', 'CLASSIFY', 'CLUSTERIP', 'CONNSECMARK', 'DNPT', 'ECN', 'HL',
  'HMARK', 'IDLETIMER', 'LED', 'NETMAP', 'NFQUEUE', 'NOTRACK', 'QUEUE', 'RATEEST',
  'SECMARK', 'SET', 'SNPT', 'SYNPROXY', 'TCPOPTSTRIP', 'TEE', 'TPROXY', 'TRACE',
  'TTL', 'ULOG',
];

/** Options of modelled matches and targets, and of rules, that the model does not know. */
export const UNMODELLED_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['-c', 'setting counters'],
  ['--set-counters', 'setting counters'],
  ['-4', 'a rule for one of two address families'],
  ['-6', 'IPv6'],
  ['--tcp-option', 'looking into TCP options'],
  // Of an entry that is not in the table yet the kernel shows its timeout less the clock: what that says hangs on how long it runs.
  ['--ctexpire', 'matching the time a connection has left'],
  ['--limit-iface-in', 'addresses of one device'],
  ['--limit-iface-out', 'addresses of one device'],
  ['--espspi', 'matching the SPI of ESP'],
  ['--ahspi', 'matching the SPI of AH'],
  ['--vproto', 'matching the protocol of a connection'],
  ['--vportctl', 'matching the port of the controlling connection'],
  ['--left-shift-mark', 'shifting marks'],
  ['--right-shift-mark', 'shifting marks'],
  ['--zone', 'zones of connection tracking'],
  ['--zone-orig', 'zones of connection tracking'],
  ['--zone-reply', 'zones of connection tracking'],
  ['--timeout', 'timeout policies'],
  ['--ctevents', 'events of connection tracking'],
  ['--expevents', 'events of connection tracking'],
  ['--helper', 'helpers of connection tracking'],
]);

/** Short names that `--reject-with` takes for its types (libipt_REJECT.c). */
export const REJECT_ALIASES: ReadonlyMap<string, RejectType> = new Map([
  ['net-unreach', 'icmp-net-unreachable'],
  ['host-unreach', 'icmp-host-unreachable'],
  ['proto-unreach', 'icmp-proto-unreachable'],
  ['port-unreach', 'icmp-port-unreachable'],
  ['net-prohib', 'icmp-net-prohibited'],
  ['host-prohib', 'icmp-host-prohibited'],
  ['admin-prohib', 'icmp-admin-prohibited'],
  ['tcp-rst', 'tcp-reset'],
]);
