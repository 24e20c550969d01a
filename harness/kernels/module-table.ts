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
  /** Parameters given at loading. */
  parameters?: string;
}

const scheduler = (name: string): WantedModule => ({ name: `ip_vs_${name}`, why: `scheduler ${name}` });
const match = (name: string): WantedModule => ({
  name,
  why: `iptables match ${name.replace(/^(xt|ipt)_/, '')}`,
});
const target = (name: string): WantedModule => ({
  name,
  why: `iptables target ${name.replace(/^(xt|ipt)_/, '')}`,
});
const table = (name: string): WantedModule => ({
  name: `iptable_${name}`,
  why: `legacy iptables table ${name}`,
});

export const wantedModules: readonly WantedModule[] = [
  { name: 'virtio_pci', why: 'the port to the harness', required: true },
  { name: 'virtio_console', why: 'the port to the harness', required: true },
  { name: 'tun', why: 'TAP devices: the wires on which frames go in and out', required: true },
  {
    name: 'nf_conntrack',
    why: 'connection tracking',
    // Few buckets keep reading the whole table cheap; its limit becomes 8 entries a bucket.
    parameters: 'hashsize=256',
  },
  {
    name: 'ip_vs',
    why: 'IPVS, the subject',
    // 2^8 buckets, the smallest it takes, keep reading the connection table cheap.
    parameters: 'conn_tab_bits=8',
  },
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'mh', 'sed', 'nq', 'fo', 'ovf', 'twos'].map(
    scheduler,
  ),
  { name: 'ip_vs_ftp', why: 'FTP through a virtual service' },
  { name: 'ip_vs_pe_sip', why: 'persistence by SIP call' },
  { name: 'nf_conntrack_ftp', why: 'FTP helper' },
  { name: 'nf_nat', why: 'rewriting by conntrack, which IPVS shares' },
  { name: 'nf_nat_ftp', why: 'FTP helper under NAT' },
  { name: 'nf_conntrack_netlink', why: 'the conntrack program' },
  { name: 'nfnetlink', why: 'the conntrack program and nf_tables' },
  { name: 'nf_defrag_ipv4', why: 'reassembly before conntrack' },
  { name: 'nf_reject_ipv4', why: 'what REJECT answers' },
  { name: 'nf_log_syslog', why: 'LOG writes through it (since 5.13)' },
  { name: 'nf_log_ipv4', why: 'LOG writes through it (before 5.13)', insteadOf: 'nf_log_syslog' },
  { name: 'ip_tables', why: 'legacy iptables' },
  ...['filter', 'mangle', 'raw', 'nat'].map(table),
  { name: 'nf_tables', why: 'iptables-nft' },
  { name: 'nft_compat', why: 'iptables-nft: legacy matches and targets in nf_tables' },
  { name: 'nft_chain_nat', why: 'iptables-nft: table nat' },
  { name: 'xt_tcpudp', why: '-p tcp and -p udp with ports and flags' },
  ...['xt_state', 'xt_conntrack', 'xt_multiport', 'xt_mark', 'xt_connmark', 'xt_ipvs', 'xt_addrtype'].map(
    match,
  ),
  ...['xt_limit', 'xt_hashlimit', 'xt_connlimit', 'xt_recent', 'xt_comment', 'xt_length', 'xt_hl'].map(match),
  ...['xt_iprange', 'xt_mac', 'xt_pkttype', 'xt_statistic', 'xt_helper', 'xt_sctp'].map(match),
  ...['xt_dscp', 'xt_tcpmss', 'ipt_rpfilter'].map(match),
  ...['xt_CT', 'xt_LOG', 'xt_nat', 'xt_MASQUERADE', 'xt_REDIRECT', 'xt_NETMAP', 'xt_TRACE'].map(target),
  ...['xt_TCPMSS', 'xt_DSCP', 'xt_HL', 'ipt_REJECT', 'ipt_SYNPROXY'].map(target),
  { name: 'ipip', why: 'LVS-TUN: the tunnel at the real server, and decapsulation at a director' },
  { name: 'ip_gre', why: 'LVS-TUN with GRE' },
  { name: 'fou', why: 'LVS-TUN with GUE' },
  {
    name: 'dummy',
    why: 'addresses that belong to no wire',
    // None is made unasked.
    parameters: 'numdummies=0',
  },
];
