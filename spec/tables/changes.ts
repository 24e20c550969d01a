import type { Sourced } from './sourced.ts';

/**
 * Every behaviour that differs between the kernels we know. Stable branches take fixes one by one, so a change is
 * keyed to the first release of each series that has it; a series that is not named has it when its version is at
 * least `mainline`.
 */
export interface Change extends Sourced {
  readonly id: string;
  /** Series -> first upstream version with the change. */
  readonly stable: Readonly<Record<string, string>>;
  /** First mainline series that had it from its start. */
  readonly mainline: string;
  readonly says: string;
}

export const CHANGES = [
  {
    id: 'overhead-counts-total',
    stable: { '6.1': '6.1.183', '6.12': '6.12.104' },
    mainline: '7.2',
    source: { file: 'include/net/ip_vs.h', symbol: 'ip_vs_dest_conn_overhead' },
    says: 'wlc and lc weigh a dest by 256·active + total connections (before: 256·active + inactive).',
  },
  {
    id: 'threshold-on-edit',
    stable: { '6.1': '6.1.183', '6.12': '6.12.104' },
    mainline: '7.2',
    source: { file: 'net/netfilter/ipvs/ip_vs_ctl.c', symbol: '__ip_vs_dest_update_overload' },
    says: "Editing a dest's thresholds decides at once whether it is full (before: only its next connection does), and the lower one defaults to u - u/4 (before: below 3/4 of u).",
  },
  {
    id: 'icmp-checksum-for-masq-only',
    stable: { '6.1': '6.1.183', '6.12': '6.12.103' },
    mainline: '7.2',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_in_icmp' },
    says: "A client's ICMP error with a wrong checksum is dropped only where it is translated (before: for every method).",
  },
  {
    id: 'icmp-quoted-fragment-ignored',
    stable: { '6.1': '6.1.183', '6.12': '6.12.103' },
    mainline: '7.2',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_out_icmp' },
    says: 'An ICMP error that quotes a fragment behind the first one belongs to no connection (before: the bytes where ports would be decided).',
  },
  {
    id: 'invalid-template-keeps-vport',
    stable: {},
    mainline: '7.2',
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
] as const satisfies readonly Change[];

export type ChangeId = (typeof CHANGES)[number]['id'];
