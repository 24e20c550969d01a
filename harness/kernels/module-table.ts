/**
 * The modules a guest loads at boot, so that no command inside it has to ask for one. A kernel without an
 * optional one (what it lacks is known by `why`) still plays every scenario that does not use it; a built-in one is as good as a loaded one.
 */
export interface WantedModule {
  name: string;
  why: string;
  /** Without it there is no talking to the guest at all. */
  required?: true;
  /** Older kernels have this one instead of that; whoever has either lacks nothing. */
  insteadOf?: string;
  /** The setting with which it is built; "=y" is as good as the module. */
  setting: string;
  /** Parameters given at loading. */
  parameters?: string;
}

const upper = (name: string): string => name.replace(/^[a-z]+_/, '').toUpperCase();

const scheduler = (name: string): WantedModule => ({
  name: `ip_vs_${name}`,
  setting: `CONFIG_IP_VS_${name.toUpperCase()}`,
  why: `scheduler ${name}`,
});
const match = (name: string): WantedModule => ({
  name,
  setting: `CONFIG_NETFILTER_XT_MATCH_${upper(name)}`,
  why: `iptables match ${name.replace(/^xt_/, '')}`,
});
const target = (name: string): WantedModule => ({
  name,
  setting: `CONFIG_NETFILTER_XT_TARGET_${upper(name)}`,
  why: `iptables target ${upper(name)}`,
});
const table = (name: string): WantedModule => ({
  name: `iptable_${name}`,
  setting: `CONFIG_IP_NF_${name.toUpperCase()}`,
  why: `legacy iptables table ${name}`,
});

export const wantedModules: readonly WantedModule[] = [
  { name: 'virtio_pci', setting: 'CONFIG_VIRTIO_PCI', why: 'the port to the harness', required: true },
  {
    name: 'virtio_console',
    setting: 'CONFIG_VIRTIO_CONSOLE',
    why: 'the port to the harness',
    required: true,
  },
  {
    name: 'tun',
    setting: 'CONFIG_TUN',
    why: 'TAP devices: the wires on which frames go in and out',
    required: true,
  },
  {
    name: 'nf_conntrack',
    setting: 'CONFIG_NF_CONNTRACK',
    why: 'connection tracking',
    // Few buckets keep reading the whole table cheap; its limit becomes 8 entries a bucket.
    parameters: 'hashsize=256',
  },
  {
    name: 'ip_vs',
    setting: 'CONFIG_IP_VS',
    why: 'IPVS, the subject',
    // 2^8 buckets, the smallest it takes, keep reading the connection table cheap.
    parameters: 'conn_tab_bits=8',
  },
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'mh', 'sed', 'nq', 'fo', 'ovf', 'twos'].map(
    scheduler,
  ),
  { name: 'ip_vs_ftp', setting: 'CONFIG_IP_VS_FTP', why: 'FTP through a virtual service' },
  { name: 'ip_vs_pe_sip', setting: 'CONFIG_IP_VS_PE_SIP', why: 'persistence by SIP call' },
  { name: 'nf_conntrack_ftp', setting: 'CONFIG_NF_CONNTRACK_FTP', why: 'FTP helper' },
  { name: 'nf_nat', setting: 'CONFIG_NF_NAT', why: 'rewriting by conntrack, which IPVS shares' },
  { name: 'nf_nat_ftp', setting: 'CONFIG_NF_NAT_FTP', why: 'FTP helper under NAT' },
  { name: 'nf_conntrack_netlink', setting: 'CONFIG_NF_CT_NETLINK', why: 'the conntrack program' },
  { name: 'nfnetlink', setting: 'CONFIG_NETFILTER_NETLINK', why: 'the conntrack program and nf_tables' },
  { name: 'nf_defrag_ipv4', setting: 'CONFIG_NF_DEFRAG_IPV4', why: 'reassembly before conntrack' },
  { name: 'nf_reject_ipv4', setting: 'CONFIG_NF_REJECT_IPV4', why: 'what REJECT answers' },
  { name: 'nf_log_syslog', setting: 'CONFIG_NF_LOG_SYSLOG', why: 'LOG writes through it (since 5.13)' },
  {
    name: 'nf_log_ipv4',
    setting: 'CONFIG_NF_LOG_IPV4',
    why: 'LOG writes through it (before 5.13)',
    insteadOf: 'nf_log_syslog',
  },
  { name: 'ip_tables', setting: 'CONFIG_IP_NF_IPTABLES_LEGACY', why: 'legacy iptables' },
  ...['filter', 'mangle', 'raw', 'nat', 'security'].map(table),
  { name: 'nf_tables', setting: 'CONFIG_NF_TABLES', why: 'iptables-nft' },
  {
    name: 'nft_compat',
    setting: 'CONFIG_NFT_COMPAT',
    why: 'iptables-nft: legacy matches and targets in nf_tables',
  },
  { name: 'nft_chain_nat', setting: 'CONFIG_NFT_NAT', why: 'iptables-nft: table nat' },
  {
    name: 'nft_counter',
    setting: 'CONFIG_NFT_COUNTER',
    why: 'iptables-nft: counters (part of nf_tables since 5.17)',
    insteadOf: 'nf_tables',
  },
  { name: 'nft_limit', setting: 'CONFIG_NFT_LIMIT', why: 'iptables-nft: match limit' },
  { name: 'nft_log', setting: 'CONFIG_NFT_LOG', why: 'iptables-nft: target NFLOG' },
  { name: 'xt_tcpudp', setting: 'CONFIG_NETFILTER_XTABLES', why: '-p tcp and -p udp with ports and flags' },
  ...['xt_state', 'xt_conntrack', 'xt_multiport', 'xt_ipvs', 'xt_addrtype', 'xt_helper'].map(match),
  ...['xt_limit', 'xt_hashlimit', 'xt_connlimit', 'xt_recent', 'xt_comment', 'xt_length', 'xt_hl'].map(match),
  ...['xt_iprange', 'xt_mac', 'xt_pkttype', 'xt_statistic', 'xt_sctp', 'xt_dscp', 'xt_tcpmss'].map(match),
  { name: 'xt_mark', setting: 'CONFIG_NETFILTER_XT_MARK', why: 'iptables match and target mark' },
  { name: 'xt_connmark', setting: 'CONFIG_NETFILTER_XT_CONNMARK', why: 'iptables match and target connmark' },
  { name: 'ipt_rpfilter', setting: 'CONFIG_IP_NF_MATCH_RPFILTER', why: 'iptables match rpfilter' },
  ...['xt_CT', 'xt_LOG', 'xt_MASQUERADE', 'xt_REDIRECT', 'xt_NETMAP', 'xt_TRACE'].map(target),
  ...['xt_TCPMSS', 'xt_DSCP', 'xt_HL', 'xt_NFLOG'].map(target),
  {
    name: 'nfnetlink_log',
    setting: 'CONFIG_NETFILTER_NETLINK_LOG',
    why: 'iptables target NFLOG hands packets to it',
  },
  { name: 'xt_nat', setting: 'CONFIG_NETFILTER_XT_NAT', why: 'iptables targets SNAT and DNAT' },
  { name: 'ipt_REJECT', setting: 'CONFIG_IP_NF_TARGET_REJECT', why: 'iptables target REJECT' },
  { name: 'ipt_SYNPROXY', setting: 'CONFIG_IP_NF_TARGET_SYNPROXY', why: 'iptables target SYNPROXY' },
  {
    name: 'ipip',
    setting: 'CONFIG_NET_IPIP',
    why: 'LVS-TUN: the tunnel at the real server, and decapsulation at a director',
  },
  { name: 'ip_gre', setting: 'CONFIG_NET_IPGRE', why: 'LVS-TUN with GRE' },
  { name: 'fou', setting: 'CONFIG_NET_FOU', why: 'LVS-TUN with GUE' },
  {
    name: 'dummy',
    setting: 'CONFIG_DUMMY',
    why: 'addresses that belong to no wire',
    // None is made unasked.
    parameters: 'numdummies=0',
  },
];
