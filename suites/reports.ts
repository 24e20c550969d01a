import type { CorpusEntry } from './corpus.ts';

/** A report of twenty years of mailing lists and trackers, which the corpus keeps. */
export interface Report {
  /** Never renamed. The scenarios that tell it are called so, or begin so and say which part is theirs. */
  readonly id: string;
  /** What stands for the report where no packet can show what it says. */
  readonly instead?: string;
}

const told = (...ids: readonly string[]): Report[] => ids.map((id) => ({ id }));

export const REPORTS: readonly Report[] = [
  // The LVS-HOWTO's chapter on firewalls, the letters in it and the mailing list behind them.
  ...told(
    'howto-tesink-active-conn-explosion',
    'howto-klein-new-only-nat',
    'howto-wierenga-host-prohibited',
    'howto-badea-last-finack',
    'howto-badea-unreplied-from-rip',
    'howto-antefacto-synack-new-conn',
    'howto-antefacto-ct-expiry-race',
    'howto-kay-fwmark-order',
    'howto-nfct-ftp-related',
    'howto-ratz-dr-window-tracking',
    'howto-dr-ip-forward-ttl',
    'howto-vip-not-local',
    'howto-lvs-mtu-frag-needed',
    'howto-unknown-rs-reply-unreach',
    'howto-path-of-a-packet',
    'howto-vip-must-be-local',
    'howto-filter-before-ipvs',
    'howto-nfct-state-match',
    'howto-tcpdump-sees-both',
    'howto-fwmark-before-accept',
    'howto-rule-tree-500',
    'antefacto-reroute',
    'howto-defence-strategies',
    'howto-wlc-factor',
    'howto-local-node',
    'howto-icmp-frag-needed',
    'howto-icmp-related-transparent',
    'howto-example-firewall',
  ),
  {
    id: 'howto-conntrack-cost',
    instead: 'what rules and conntrack cost is measured: npm run bench "forwarded with"',
  },
  // What conntrack's changes did to directors.
  ...told(
    'ct-stale-ack-invalid',
    'ct-rst-seq0-after-port-reuse',
    'reject-tcp-reset-cleans-conntrack',
    'ct-out-of-window-fin-timer',
    'ct-challenge-ack-last-ack',
    'ct-syn-sent-not-renewed',
    'ct-early-server-data-wscale',
  ),
  // Trackers of those who build on IPVS, and its own changelog.
  ...told(
    'dr-port-reuse-reschedule',
    'moby-31208-idle-900',
    'k8s-57841-removed-rs-established',
    'k8s-99162-weight0-graceful',
    'k8s-90042-direct-and-vip-same-port',
    'k8s-110814-udp-sticks',
    'deleted-dest-keeps-getting-traffic',
    'weight-zero-still-scheduled',
    'udp-entries-after-dest-removal',
    'source-port-clash-two-vips',
    'masquerade-behind-ipvs',
    'ipvs-overload-flag-on-edit',
    'tun-frag-needed-1500',
    'gue-gre-frag-needed-relay',
    'nat-udp-fragments',
    'no-route-to-rs-icmp',
    'ftp-related-under-ct0',
    'schedule-icmp-echo',
    'overlapping-fragments-through-masq',
  ),
];

/** The scenarios that tell a report. */
export function scenariosOf(report: Report, corpus: readonly CorpusEntry[]): readonly CorpusEntry[] {
  return corpus.filter((entry) => tells(entry, report));
}

export function tells({ id }: CorpusEntry, report: Report): boolean {
  return id === report.id || id.startsWith(`${report.id}-`);
}
