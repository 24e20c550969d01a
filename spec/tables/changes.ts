import type { Sourced } from './sourced.ts';

/**
 * Every behaviour that differs between the kernels we know. Stable branches take fixes one by one, so a change is
 * keyed to the first release of each series that has it; a series that is not named has it when its version is at
 * least `mainline`.
 */
export interface Change extends Sourced {
  readonly id: string;
  /**
   * Series -> first version with the change. Where we have no sources of a series, the first packaged version that
   * was seen to have it (`lvscheck bisect`).
   */
  readonly stable: Readonly<Record<string, string>>;
  /** First mainline series that had it from its start. */
  readonly mainline: string;
  readonly says: string;
}

export const CHANGES = [
  {
    id: 'overhead-counts-total',
    stable: { '6.1': '6.1.183', '6.12': '6.12.104', '7.1': '7.1.13' },
    mainline: '7.2',
    source: { file: 'include/net/ip_vs.h', symbol: 'ip_vs_dest_conn_overhead' },
    says: 'wlc and lc weigh a dest by 256·active + total connections (before: 256·active + inactive).',
  },
  {
    id: 'threshold-on-edit',
    stable: { '6.1': '6.1.183', '6.12': '6.12.104', '7.1': '7.1.13' },
    mainline: '7.2',
    source: { file: 'net/netfilter/ipvs/ip_vs_ctl.c', symbol: '__ip_vs_dest_update_overload' },
    says: "Editing a dest's thresholds decides at once whether it is full (before: only its next connection does), and the lower one defaults to u - u/4 (before: below 3/4 of u).",
  },
  {
    id: 'icmp-checksum-for-masq-only',
    stable: { '6.1': '6.1.183', '6.12': '6.12.103', '7.1': '7.1.8' },
    mainline: '7.2',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_in_icmp' },
    says: "A client's ICMP error with a wrong checksum is dropped only where it is translated (before: for every method).",
  },
  {
    id: 'own-checksums-unread',
    stable: { '6.1': '6.1.183', '6.12': '6.12.103', '7.1': '7.1.8' },
    mainline: '7.2',
    source: { file: 'include/net/ip_vs.h', symbol: 'ip_vs_checksum_needed' },
    says: 'IPVS does not look at checksums of what the director itself sends (before: at those of raw sockets too).',
  },
  {
    id: 'raw-packets-have-protocol',
    stable: { '6.1': '6.1.83' },
    mainline: '6.9',
    source: { file: 'net/ipv4/raw.c', symbol: 'raw_send_hdrinc' },
    says: 'What a program on the director sends by a raw socket has, in a tunnel by UDP, an outer source port for each flow (before: one for all, since nobody knew that they were IPv4).',
  },
  {
    id: 'icmp-quoted-fragment-ignored',
    stable: { '6.1': '6.1.183', '6.12': '6.12.103', '7.1': '7.1.8' },
    mainline: '7.2',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_out_icmp' },
    says: 'An ICMP error that quotes a fragment behind the first one belongs to no connection, unless it is of AH or ESP (before: of these alone; of others the bytes where ports would be decided).',
  },
  {
    id: 'tunnel-error-counts-encapsulation',
    stable: { '5.10': '5.10.262', '6.1': '6.1.178', '6.12': '6.12.97', '7.1': '7.1.13' },
    mainline: '7.2',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_in_icmp' },
    says: 'Of the MTU that is said of a way through a tunnel, clients are told what is left without all outer headers (before: without the IP header only).',
  },
  {
    id: 'invalid-template-keeps-vport',
    stable: {},
    mainline: '7.1',
    source: { file: 'net/netfilter/ipvs/ip_vs_conn.c', symbol: 'ip_vs_check_template' },
    says: 'An invalid template shows FFFF as the port of its dest only (before: also as the virtual port).',
  },
  {
    id: 'reject-reset-closes-conntrack',
    stable: { '6.1': '6.1.81' },
    mainline: '6.7',
    source: { file: 'net/ipv4/netfilter/nf_reject_ipv4.c', symbol: 'nf_send_reset' },
    says: "REJECT --reject-with tcp-reset moves the packet's conntrack entry to CLOSE.",
  },
  {
    id: 'conntrack-rst-in-closing-states',
    stable: {},
    mainline: '5.13',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'nf_conntrack_tcp_packet' },
    says: 'A reset of a connection that is closing already is believed unchecked (before: checked as any other).',
  },
  {
    id: 'conntrack-rst-after-syn',
    stable: {},
    mainline: '5.14',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'nf_conntrack_tcp_packet' },
    says: 'After a SYN that was let through, or with sequence number 0 before ESTABLISHED, a reset is not measured by what its peer has acknowledged, and nf_conntrack_tcp_ignore_invalid_rst switches that off altogether (before: always measured).',
  },
  {
    id: 'conntrack-syn-starts-anew',
    stable: {},
    mainline: '5.18',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_init_sender' },
    says: "While a connection opens, a SYN of either side beyond what that side has sent starts the side's bookkeeping anew (before: any segment of the side whose turn it is).",
  },
  {
    id: 'conntrack-scaling-by-reply',
    stable: { '6.1': '6.1.77' },
    mainline: '6.8',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_init_sender' },
    says: "Whether both sides scale their windows is decided by the reply's SYN only (before: by any SYN, so that one sent again could end it).",
  },
  {
    id: 'conntrack-late-is-not-invalid',
    stable: {},
    mainline: '6.1',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_in_window' },
    says: 'Segments long acknowledged, and such as are sent a little beyond the window, pass without a change (before: INVALID).',
  },
  {
    id: 'conntrack-doubtful-end-shortens',
    stable: {},
    mainline: '6.1',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'nf_tcp_handle_invalid' },
    says: 'FINs or resets out of window from both sides cut the timeout to nf_conntrack_tcp_timeout_unacknowledged (before: they change nothing).',
  },
  {
    id: 'conntrack-challenge-on-reuse',
    stable: { '6.1': '6.1.9' },
    mainline: '6.2',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'nf_conntrack_tcp_packet' },
    says: 'A reset that answers the challenge ACK to a SYN is believed in SYN_SENT (before: judged by the window).',
  },
  {
    id: 'conntrack-doubted-rst-unacknowledged',
    stable: { '6.12': '6.12.117' },
    mainline: '7.3',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'nf_conntrack_tcp_packet' },
    says: 'A reset that does not end an ESTABLISHED connection leaves it nf_conntrack_tcp_timeout_unacknowledged (before: nf_conntrack_tcp_timeout_close).',
  },
  {
    id: 'fib-refusal-is-final',
    stable: { '5.10': '5.10.262', '6.1': '6.1.178', '6.12': '6.12.97', '7.1': '7.1.7' },
    mainline: '7.2',
    source: { file: 'include/net/ip_fib.h', symbol: 'fib_lookup' },
    says: 'Without rules of an administrator, what a route of table main refuses is refused (before: table default is asked).',
  },
  {
    id: 'nat-lets-reverse-clash',
    stable: { '6.12': '6.12.64', '6.18': '6.18.4' },
    mainline: '6.19',
    source: { file: 'net/netfilter/nf_nat_core.c', symbol: 'nf_nat_used_tuple_new' },
    says: 'Where a datagram of the real server has begun a connection the other way round, table nat leaves one that IPVS sends there as it is, and it is lost when its entry is confirmed (before: it gets another source).',
  },
  {
    id: 'conntrack-clash-same-tuples-only',
    stable: {},
    mainline: '6.12',
    source: { file: 'net/netfilter/nf_conntrack_core.c', symbol: 'nf_ct_can_merge' },
    says: 'A datagram whose new entry clashes with one in the table is sent only if both are of the same flow, in the same direction or in opposite ones (before: also if no NAT was set up for the one in the table).',
  },
  {
    id: 'reject-udp-without-checksum',
    stable: {},
    mainline: '5.19',
    source: { file: 'include/net/netfilter/nf_reject.h', symbol: 'nf_reject_verify_csum' },
    says: 'REJECT answers a UDP datagram that was sent without a checksum (before: its 0 was taken for a wrong one).',
  },
  {
    id: 'redirect-to-neighbours-only',
    stable: {},
    mainline: '6.1',
    source: { file: 'net/ipv4/fib_frontend.c', symbol: '__fib_validate_source' },
    says: 'Only a sender that is a neighbour itself is told of a shorter way (before: also one behind a gateway).',
  },
  {
    id: 'udp-errors-tell-path-mtu',
    stable: { '6.1': '6.1.191', '6.12': '6.12.115', '7.2': '7.2.11' },
    mainline: '7.3',
    source: { file: 'net/ipv4/udp.c', symbol: 'udp_err' },
    says: 'An ICMP "fragmentation needed" to the director about a datagram is believed without a socket that sent it (before: only about what a socket sent).',
  },
  {
    id: 'defrag-ends-with-conntrack',
    stable: {},
    mainline: '5.13',
    source: { file: 'net/ipv4/netfilter/nf_defrag_ipv4.c', symbol: 'nf_defrag_ipv4_disable' },
    says: 'Netfilter stops to put fragments together when the last rule goes that looks at connections (before: it goes on as long as the network namespace lives).',
  },
  {
    id: 'expectation-without-timer',
    stable: { '6.1': '6.1.187', '6.12': '6.12.111', '7.1': '7.1.13' },
    mainline: '7.2',
    source: { file: 'net/netfilter/nf_conntrack_expect.c', symbol: 'nf_ct_exp_is_expired' },
    says: 'An announced connection is no longer waited for exactly when its time is up (before: when a timer of the wheel says so, up to 16 seconds later).',
  },
  {
    id: 'conntrack-ftp-linearizes',
    stable: {},
    mainline: '6.0',
    source: { file: 'net/netfilter/nf_conntrack_ftp.c', symbol: 'help' },
    says: 'A packet of a control connection that was put together from fragments leaves in pieces of the usual size (before: in those that it came in).',
  },
  {
    id: 'conntrack-ftp-checks-numbers',
    stable: {},
    mainline: '7.2',
    source: { file: 'net/netfilter/nf_conntrack_ftp.c', symbol: 'try_number' },
    says: 'A line that names a number above 255, or a port above 65535, announces nothing and is lost (before: what is too much spills over into the next number).',
  },
  {
    id: 'ipvs-ftp-checks-numbers',
    stable: { '6.1': '6.1.188', '6.12': '6.12.111' },
    mainline: '7.2',
    source: { file: 'net/netfilter/ipvs/ip_vs_ftp.c', symbol: 'ip_vs_ftp_get_addrport' },
    says: 'A command or reply of FTP that names a number above 255, or a port above 65535, is left alone by ip_vs_ftp (before: what is too much is cut off).',
  },
  {
    id: 'nft-payload-of-first-fragment',
    stable: {},
    mainline: '7.1',
    source: { file: 'net/netfilter/nf_tables_core.c', symbol: 'nft_payload_fast_eval' },
    says: 'Ports and flags that a rule of iptables-nft asks for are looked for in whole packets and first fragments only (before: also where they would be in a later fragment).',
  },
] as const satisfies readonly Change[];

export type ChangeId = (typeof CHANGES)[number]['id'];
