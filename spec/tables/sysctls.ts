import type { ChangeId } from './changes.ts';
import type { Sourced } from './sourced.ts';

/** A sysctl that a scenario may set. */
export interface Sysctl extends Sourced {
  readonly name: string;
  /** What a director has that does not set it. */
  readonly default: number;
  /** What the model takes; the kernel itself often takes any integer. */
  readonly min: number;
  readonly max: number;
  /** The change that brought it; kernels without it have no such file. */
  readonly since?: ChangeId;
}

/** Seconds that INT_MAX jiffies are at HZ 250, which proc_dointvec_jiffies takes at most. */
const MOST_SECONDS = 8_589_934;

const IPVS = 'net/netfilter/ipvs/ip_vs_ctl.c';
const CONNTRACK = 'net/netfilter/nf_conntrack_standalone.c';
const TCP = 'net/netfilter/nf_conntrack_proto_tcp.c';

// biome-ignore format: a table is read row by row.
/** The sysctls that the model follows. */
export const SYSCTLS = [
  // A director forwards (the suite switches it on); the kernel's own default is 0.
  { name: 'net.ipv4.ip_forward', default: 1, min: 0, max: 1, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl_forward' } },
  { name: 'net.ipv4.conf.all.accept_local', default: 0, min: 0, max: 1, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.conf.all.rp_filter', default: 0, min: 0, max: 2, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.conf.all.send_redirects', default: 0, min: 0, max: 1, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.conf.eth0.accept_local', default: 0, min: 0, max: 1, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.conf.eth0.rp_filter', default: 0, min: 0, max: 2, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.conf.eth0.send_redirects', default: 0, min: 0, max: 1, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.conf.eth1.accept_local', default: 0, min: 0, max: 1, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.conf.eth1.rp_filter', default: 0, min: 0, max: 2, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.conf.eth1.send_redirects', default: 0, min: 0, max: 1, source: { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' } },
  { name: 'net.ipv4.ipfrag_max_dist', default: 64, min: 0, max: 65_535, source: { file: 'net/ipv4/ip_fragment.c', symbol: 'ip4_frags_ns_ctl_table' } },
  { name: 'net.ipv4.ipfrag_time', default: 30, min: 1, max: MOST_SECONDS, source: { file: 'net/ipv4/ip_fragment.c', symbol: 'ip4_frags_ns_ctl_table' } },
  { name: 'net.ipv4.vs.conn_reuse_mode', default: 1, min: 0, max: 3, source: { file: IPVS, symbol: 'ip_vs_control_net_init_sysctl' } },
  { name: 'net.ipv4.vs.am_droprate', default: 10, min: 0, max: 0x7fffffff, source: { file: IPVS, symbol: 'update_defense_level' } },
  { name: 'net.ipv4.vs.cache_bypass', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.conntrack', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.drop_entry', default: 0, min: 0, max: 3, source: { file: IPVS, symbol: 'proc_do_defense_mode' } },
  { name: 'net.ipv4.vs.drop_packet', default: 0, min: 0, max: 3, source: { file: IPVS, symbol: 'proc_do_defense_mode' } },
  { name: 'net.ipv4.vs.expire_nodest_conn', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.expire_quiescent_template', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.ignore_tunneled', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.lblc_expiration', default: 86_400, min: 0, max: MOST_SECONDS, source: { file: 'net/netfilter/ipvs/ip_vs_lblc.c', symbol: 'vs_vars_table' } },
  { name: 'net.ipv4.vs.lblcr_expiration', default: 86_400, min: 0, max: MOST_SECONDS, source: { file: 'net/netfilter/ipvs/ip_vs_lblcr.c', symbol: 'vs_vars_table' } },
  { name: 'net.ipv4.vs.nat_icmp_send', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.pmtu_disc', default: 1, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.schedule_icmp', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.secure_tcp', default: 0, min: 0, max: 3, source: { file: IPVS, symbol: 'proc_do_defense_mode' } },
  // Where answers go does not hang on their source here, so there is nothing to route anew.
  { name: 'net.ipv4.vs.snat_reroute', default: 1, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.sloppy_sctp', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.ipv4.vs.sloppy_tcp', default: 0, min: 0, max: 1, source: { file: IPVS, symbol: 'vs_vars' } },
  { name: 'net.netfilter.nf_conntrack_checksum', default: 1, min: 0, max: 1, source: { file: CONNTRACK, symbol: 'nf_ct_sysctl_table' } },
  { name: 'net.netfilter.nf_conntrack_generic_timeout', default: 600, min: 0, max: MOST_SECONDS, source: { file: 'net/netfilter/nf_conntrack_proto_generic.c', symbol: 'nf_ct_generic_timeout' } },
  { name: 'net.netfilter.nf_conntrack_icmp_timeout', default: 30, min: 0, max: MOST_SECONDS, source: { file: 'net/netfilter/nf_conntrack_proto_icmp.c', symbol: 'nf_ct_icmp_timeout' } },
  { name: 'net.netfilter.nf_conntrack_tcp_be_liberal', default: 0, min: 0, max: 1, source: { file: TCP, symbol: 'nf_conntrack_tcp_init_net' } },
  { name: 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst', default: 0, min: 0, max: 1, since: 'conntrack-rst-after-syn', source: { file: TCP, symbol: 'nf_conntrack_tcp_init_net' } },
  { name: 'net.netfilter.nf_conntrack_tcp_loose', default: 1, min: 0, max: 1, source: { file: TCP, symbol: 'nf_conntrack_tcp_init_net' } },
  { name: 'net.netfilter.nf_conntrack_tcp_max_retrans', default: 3, min: 0, max: 255, source: { file: TCP, symbol: 'nf_conntrack_tcp_init_net' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_close', default: 10, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_close_wait', default: 60, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_established', default: 432_000, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_fin_wait', default: 120, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_last_ack', default: 30, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_max_retrans', default: 300, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_syn_recv', default: 60, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_syn_sent', default: 120, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_time_wait', default: 120, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged', default: 300, min: 0, max: MOST_SECONDS, source: { file: TCP, symbol: 'tcp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_udp_timeout', default: 30, min: 0, max: MOST_SECONDS, source: { file: 'net/netfilter/nf_conntrack_proto_udp.c', symbol: 'udp_timeouts' } },
  { name: 'net.netfilter.nf_conntrack_udp_timeout_stream', default: 120, min: 0, max: MOST_SECONDS, source: { file: 'net/netfilter/nf_conntrack_proto_udp.c', symbol: 'udp_timeouts' } },
] as const satisfies readonly Sysctl[];

export type SysctlName = (typeof SYSCTLS)[number]['name'];
