import fc from 'fast-check';
import type { ScenarioBias } from './bias.ts';
import { oneOf, percent, upTo } from './draws.ts';
import { shrinkingBy } from './shrinking-by.ts';
import { smallerSysctls } from './smaller/sysctls.ts';

/** Another state table while it is 3. */
export const DEFENCE = 'net.ipv4.vs.secure_tcp';

/** Whether a SYN on a closed connection is one of its packets, or begins another. */
const REUSE = 'net.ipv4.vs.conn_reuse_mode';

/** Whether what IPVS does not balance counts as handled by it. */
const IGNORE_TUNNELED = 'net.ipv4.vs.ignore_tunneled';

/** After how long lblc and lblcr may forget an address. */
const LBLC = 'net.ipv4.vs.lblc_expiration';
const LBLCR = 'net.ipv4.vs.lblcr_expiration';

/**
 * What may be set and to which values: switches that a packet can tell, and timeouts short enough for a scenario
 * to outlive, as well as some that outlive IPVS's own. All of them are per network namespace and, but for
 * `ignore_invalid_rst`, in every kernel since 5.10; a kernel that lacks it plays no such scenario.
 * `net.ipv4.vs.conntrack` is not here: it changes so much that it has its own share.
 */
export const SYSCTLS: readonly { readonly name: string; readonly values: readonly number[] }[] = [
  { name: 'net.ipv4.vs.expire_nodest_conn', values: [1, 0] },
  { name: REUSE, values: [0, 1, 2, 3] },
  { name: 'net.ipv4.vs.sloppy_tcp', values: [1, 0] },
  { name: 'net.ipv4.vs.sloppy_sctp', values: [1, 0] },
  { name: 'net.ipv4.vs.expire_quiescent_template', values: [1, 0] },
  { name: LBLC, values: [1, 30, 0] },
  { name: LBLCR, values: [1, 30, 0] },
  { name: 'net.ipv4.vs.pmtu_disc', values: [0, 1] },
  { name: IGNORE_TUNNELED, values: [1, 0] },
  { name: 'net.ipv4.vs.nat_icmp_send', values: [1, 0] },
  { name: 'net.ipv4.vs.schedule_icmp', values: [1, 0] },
  { name: 'net.ipv4.vs.snat_reroute', values: [0, 1] },
  { name: 'net.ipv4.vs.cache_bypass', values: [1, 0] },
  { name: DEFENCE, values: [3, 0] },
  { name: 'net.ipv4.vs.drop_entry', values: [3, 0, 1] },
  { name: 'net.ipv4.vs.drop_packet', values: [3, 0, 1] },
  { name: 'net.ipv4.vs.am_droprate', values: [2, 3, 1, 0] },
  { name: 'net.ipv4.ip_forward', values: [0, 1] },
  { name: 'net.ipv4.conf.all.rp_filter', values: [1, 2, 0] },
  { name: 'net.ipv4.conf.eth0.rp_filter', values: [1, 0] },
  { name: 'net.ipv4.conf.eth1.rp_filter', values: [1, 2] },
  { name: 'net.ipv4.conf.all.accept_local', values: [1, 0] },
  { name: 'net.ipv4.conf.eth0.accept_local', values: [1, 0] },
  { name: 'net.ipv4.conf.eth1.accept_local', values: [1, 0] },
  { name: 'net.ipv4.conf.all.send_redirects', values: [1, 0] },
  { name: 'net.ipv4.conf.eth0.send_redirects', values: [1, 0] },
  { name: 'net.ipv4.conf.eth1.send_redirects', values: [1, 0] },
  { name: 'net.ipv4.ipfrag_time', values: [5, 60] },
  { name: 'net.ipv4.ipfrag_max_dist', values: [1, 2, 0] },
  { name: 'net.netfilter.nf_conntrack_checksum', values: [0, 1] },
  { name: 'net.netfilter.nf_conntrack_generic_timeout', values: [5, 60] },
  { name: 'net.netfilter.nf_conntrack_icmp_timeout', values: [5, 60] },
  { name: 'net.netfilter.nf_conntrack_udp_timeout', values: [5, 60] },
  { name: 'net.netfilter.nf_conntrack_udp_timeout_stream', values: [5, 300] },
  { name: 'net.netfilter.nf_conntrack_tcp_be_liberal', values: [1, 0] },
  { name: 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst', values: [1] },
  { name: 'net.netfilter.nf_conntrack_tcp_loose', values: [0, 1] },
  { name: 'net.netfilter.nf_conntrack_tcp_max_retrans', values: [1, 2, 3] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_syn_sent', values: [5, 120] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_syn_recv', values: [5, 120] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_established', values: [5, 60, 600, 1200] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_fin_wait', values: [5, 240] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_close_wait', values: [5, 120] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_last_ack', values: [5, 120] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_time_wait', values: [5, 300] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_close', values: [2, 60] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_max_retrans', values: [5, 60] },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged', values: [5, 60] },
];

/** Says something about persistent services only, so it comes with them. */
const QUIESCENT = 'net.ipv4.vs.expire_quiescent_template';

/** Says something about tunnels only. */
const PMTU_DISC = 'net.ipv4.vs.pmtu_disc';

/** Says something only where packets of the virtual address go another way. */
const SNAT_REROUTE = 'net.ipv4.vs.snat_reroute';

/** Says something about services by mark only. */
const CACHE_BYPASS = 'net.ipv4.vs.cache_bypass';

export const CONNTRACK = 'net.ipv4.vs.conntrack';

/** What a device asks of a packet's source, or says of its way. */
const ROUTING = SYSCTLS.filter(({ name }) => name.startsWith('net.ipv4.conf.'));

/** Rare whatever the bias: one scheduler's, or what few directors have because it changes so much. */
const RARE: readonly string[] = [
  DEFENCE,
  'net.ipv4.vs.expire_quiescent_template',
  LBLC,
  LBLCR,
  'net.ipv4.vs.pmtu_disc',
  IGNORE_TUNNELED,
  'net.ipv4.vs.snat_reroute',
  'net.ipv4.vs.cache_bypass',
  'net.ipv4.vs.sloppy_sctp',
  'net.netfilter.nf_conntrack_generic_timeout',
  'net.ipv4.vs.drop_entry',
  'net.ipv4.vs.drop_packet',
  'net.ipv4.vs.am_droprate',
  'net.ipv4.ip_forward',
  'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst',
  ...ROUTING.map(({ name }) => name),
];

export interface Setting {
  readonly name: string;
  readonly value: number;
}

function drawnFrom({ name, values }: (typeof SYSCTLS)[number]): fc.Arbitrary<Setting> {
  return fc.record({ name: fc.constant(name), value: fc.constantFrom(...values) });
}

/** One of the sysctls, with one of its values. */
export const setting: fc.Arbitrary<Setting> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name: fc.constant(CONNTRACK), value: fc.constantFrom(0, 1) }) },
  { weight: 3, arbitrary: fc.record({ name: fc.constant(REUSE), value: fc.constantFrom(0, 2) }) },
  ...SYSCTLS.map(({ name, values }) => ({
    weight: RARE.includes(name) ? 1 : 2,
    arbitrary: drawnFrom({ name, values }),
  })),
);

/** The sysctls that differ from the base values. */
export function sysctls(bias: ScenarioBias): fc.Arbitrary<Readonly<Record<string, number>>> {
  const count = Math.round((bias.sysctls * SYSCTLS.length) / 50);
  const drawn = fc.tuple(
    oneOf<readonly Setting[]>(
      [bias.sources, upTo(3, fc.oneof(...ROUTING.map(drawnFrom)), 1)],
      [100 - bias.sources, fc.constant([])],
    ),
    percent(bias.conntrack),
    percent(Math.round(bias.persistence * 0.6)),
    percent(Math.round(bias.tunnel * 0.3)),
    percent(bias.defence),
    fc.tuple(percent(bias.locality), percent(bias.handled)),
    fc.tuple(
      percent(Math.round(bias.routing * 0.3)),
      percent(Math.round(Math.max(bias.bypass, bias.markServices * 0.3))),
    ),
    fc.array(setting, { maxLength: count, size: 'max' }),
  );
  const record = drawn.map(
    ([routing, conntrack, quiescent, cuts, defence, [forgets, ignores], [keepsWay, bypasses], settings]) => {
      const set = [...routing, ...settings].map(({ name, value }) => [name, value] as const);
      return Object.fromEntries([
        ...(conntrack ? [[CONNTRACK, 1] as const] : []),
        ...(quiescent ? [[QUIESCENT, 1] as const] : []),
        ...(cuts ? [[PMTU_DISC, 0] as const] : []),
        ...(bypasses ? [[CACHE_BYPASS, 1] as const] : []),
        ...(keepsWay ? [[SNAT_REROUTE, 0] as const] : []),
        ...(ignores ? [[IGNORE_TUNNELED, 1] as const] : []),
        ...(forgets ? [[LBLC, 30] as const, [LBLCR, 30] as const] : []),
        ...set,
        ...(defence ? [[DEFENCE, 3] as const] : []),
      ]);
    },
  );
  return shrinkingBy(record, smallerSysctls);
}
