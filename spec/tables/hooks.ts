import type { Sourced } from './sourced.ts';

/** The five places where netfilter looks at an IPv4 packet. */
export const HOOKS = [
  'NF_INET_PRE_ROUTING',
  'NF_INET_LOCAL_IN',
  'NF_INET_FORWARD',
  'NF_INET_LOCAL_OUT',
  'NF_INET_POST_ROUTING',
] as const;
export type Hook = (typeof HOOKS)[number];

/** Who sits at the hooks, by the kernel's function names. */
export type StationName =
  | 'ipv4_conntrack_defrag'
  | 'ipv4_conntrack_in'
  | 'ipv4_conntrack_local'
  | 'ipv4_confirm'
  | 'iptable_raw_hook'
  | 'iptable_mangle_hook'
  | 'iptable_filter_hook'
  | 'iptable_security_hook'
  | 'nft_do_chain_ipv4'
  | 'nf_nat_ipv4_pre_routing'
  | 'nf_nat_ipv4_local_in'
  | 'nf_nat_ipv4_local_fn'
  | 'nf_nat_ipv4_out'
  | 'ip_vs_out_hook'
  | 'ip_vs_in_hook'
  | 'ip_vs_forward_icmp';

export interface HookRow extends Sourced {
  readonly hook: Hook;
  /** Lower runs earlier. */
  readonly priority: number;
  readonly station: StationName;
}

const conntrack = { file: 'net/netfilter/nf_conntrack_proto.c', symbol: 'ipv4_conntrack_ops' };
const defrag = { file: 'net/ipv4/netfilter/nf_defrag_ipv4.c', symbol: 'ipv4_defrag_ops' };
const raw = { file: 'net/ipv4/netfilter/iptable_raw.c', symbol: 'packet_raw' };
const mangle = { file: 'net/ipv4/netfilter/iptable_mangle.c', symbol: 'packet_mangler' };
const filter = { file: 'net/ipv4/netfilter/iptable_filter.c', symbol: 'packet_filter' };
const security = { file: 'net/ipv4/netfilter/iptable_security.c', symbol: 'security_table' };
/** Where iptables-nft registers its chains is the tool's own affair; table security it puts behind IPVS. */
const nft = { file: 'iptables/nft.c', symbol: 'xtables_ipv4' };
const nat = { file: 'net/netfilter/nf_nat_proto.c', symbol: 'nf_nat_ipv4_ops' };
const ipvs = { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_ops4' };
const LAST = 0x7fffffff;

/** Every station of the packet's way, in the order in which a packet meets them; the same from 5.10 to 7.3. */
export const HOOK_ROWS: readonly HookRow[] = [
  { hook: 'NF_INET_PRE_ROUTING', priority: -400, station: 'ipv4_conntrack_defrag', source: defrag },
  { hook: 'NF_INET_PRE_ROUTING', priority: -300, station: 'iptable_raw_hook', source: raw },
  { hook: 'NF_INET_PRE_ROUTING', priority: -200, station: 'ipv4_conntrack_in', source: conntrack },
  { hook: 'NF_INET_PRE_ROUTING', priority: -150, station: 'iptable_mangle_hook', source: mangle },
  { hook: 'NF_INET_PRE_ROUTING', priority: -100, station: 'nf_nat_ipv4_pre_routing', source: nat },
  { hook: 'NF_INET_LOCAL_IN', priority: -150, station: 'iptable_mangle_hook', source: mangle },
  { hook: 'NF_INET_LOCAL_IN', priority: 0, station: 'iptable_filter_hook', source: filter },
  { hook: 'NF_INET_LOCAL_IN', priority: 50, station: 'iptable_security_hook', source: security },
  { hook: 'NF_INET_LOCAL_IN', priority: 98, station: 'ip_vs_out_hook', source: ipvs },
  { hook: 'NF_INET_LOCAL_IN', priority: 99, station: 'ip_vs_in_hook', source: ipvs },
  { hook: 'NF_INET_LOCAL_IN', priority: 100, station: 'nf_nat_ipv4_local_in', source: nat },
  { hook: 'NF_INET_LOCAL_IN', priority: 150, station: 'nft_do_chain_ipv4', source: nft },
  { hook: 'NF_INET_LOCAL_IN', priority: LAST, station: 'ipv4_confirm', source: conntrack },
  { hook: 'NF_INET_FORWARD', priority: -150, station: 'iptable_mangle_hook', source: mangle },
  { hook: 'NF_INET_FORWARD', priority: 0, station: 'iptable_filter_hook', source: filter },
  { hook: 'NF_INET_FORWARD', priority: 50, station: 'iptable_security_hook', source: security },
  { hook: 'NF_INET_FORWARD', priority: 99, station: 'ip_vs_forward_icmp', source: ipvs },
  { hook: 'NF_INET_FORWARD', priority: 100, station: 'ip_vs_out_hook', source: ipvs },
  { hook: 'NF_INET_FORWARD', priority: 150, station: 'nft_do_chain_ipv4', source: nft },
  { hook: 'NF_INET_LOCAL_OUT', priority: -400, station: 'ipv4_conntrack_defrag', source: defrag },
  { hook: 'NF_INET_LOCAL_OUT', priority: -300, station: 'iptable_raw_hook', source: raw },
  { hook: 'NF_INET_LOCAL_OUT', priority: -200, station: 'ipv4_conntrack_local', source: conntrack },
  { hook: 'NF_INET_LOCAL_OUT', priority: -150, station: 'iptable_mangle_hook', source: mangle },
  { hook: 'NF_INET_LOCAL_OUT', priority: -100, station: 'nf_nat_ipv4_local_fn', source: nat },
  { hook: 'NF_INET_LOCAL_OUT', priority: -99, station: 'ip_vs_out_hook', source: ipvs },
  { hook: 'NF_INET_LOCAL_OUT', priority: -98, station: 'ip_vs_in_hook', source: ipvs },
  { hook: 'NF_INET_LOCAL_OUT', priority: 0, station: 'iptable_filter_hook', source: filter },
  { hook: 'NF_INET_LOCAL_OUT', priority: 50, station: 'iptable_security_hook', source: security },
  { hook: 'NF_INET_LOCAL_OUT', priority: 150, station: 'nft_do_chain_ipv4', source: nft },
  { hook: 'NF_INET_POST_ROUTING', priority: -150, station: 'iptable_mangle_hook', source: mangle },
  { hook: 'NF_INET_POST_ROUTING', priority: 100, station: 'nf_nat_ipv4_out', source: nat },
  { hook: 'NF_INET_POST_ROUTING', priority: LAST, station: 'ipv4_confirm', source: conntrack },
];
