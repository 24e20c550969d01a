import type { Sourced } from './sourced.ts';

/** A sysctl that every director gets before its devices are made, so that new devices inherit it. */
export interface BaseSysctl extends Sourced {
  readonly name: string;
  readonly value: number;
  readonly why: string;
  /** Some kernels, or kernels without a module, do not have it; then it is not needed either. */
  readonly mayBeMissing: boolean;
}

const DEVICES = { file: 'net/ipv4/devinet.c', symbol: 'devinet_sysctl' };
/** A new namespace takes its devices' settings over from the machine's first one, whatever its administrator set there. */
const INHERITED = { file: 'net/ipv4/devinet.c', symbol: 'devinet_init_net' };
const IPV6 = { file: 'net/ipv6/addrconf.c', symbol: 'addrconf_sysctl' };
const ICMP = { file: 'net/ipv4/icmp.c', symbol: 'icmpv4_mask_allow' };

// biome-ignore format: a table is read row by row.
/** What the suite sets on every director, so that only what a scenario is about speaks. In order; a scenario's own follow. */
export const BASE_SYSCTLS = [
  { name: 'net.ipv4.ip_forward', value: 1, mayBeMissing: false, source: DEVICES, why: 'A director forwards.' },
  { name: 'net.ipv4.conf.all.rp_filter', value: 0, mayBeMissing: false, source: DEVICES, why: 'Source validation would drop packets before the hooks that are tested.' },
  { name: 'net.ipv4.conf.default.rp_filter', value: 0, mayBeMissing: false, source: DEVICES, why: 'The stricter of all and the device holds.' },
  { name: 'net.ipv4.conf.all.send_redirects', value: 0, mayBeMissing: false, source: DEVICES, why: 'Who detours is told only where a scenario is about that.' },
  { name: 'net.ipv4.conf.default.send_redirects', value: 0, mayBeMissing: false, source: DEVICES, why: 'Either of all and the device is enough to send them.' },
  { name: 'net.ipv4.conf.all.log_martians', value: 0, mayBeMissing: false, source: DEVICES, why: 'The console is read for crashes only.' },
  { name: 'net.ipv4.conf.default.log_martians', value: 0, mayBeMissing: false, source: DEVICES, why: 'The console is read for crashes only.' },
  { name: 'net.ipv4.conf.all.accept_local', value: 0, mayBeMissing: false, source: INHERITED, why: 'Strangers with the address of the director would be let in.' },
  { name: 'net.ipv4.conf.default.accept_local', value: 0, mayBeMissing: false, source: INHERITED, why: 'Strangers with the address of the director would be let in.' },
  { name: 'net.ipv4.conf.all.arp_announce', value: 0, mayBeMissing: false, source: INHERITED, why: 'Directors and real servers often have another; questions would name another sender.' },
  { name: 'net.ipv4.conf.default.arp_announce', value: 0, mayBeMissing: false, source: INHERITED, why: 'Directors and real servers often have another; questions would name another sender.' },
  { name: 'net.ipv4.conf.all.arp_ignore', value: 0, mayBeMissing: false, source: INHERITED, why: 'Directors and real servers often have another; some addresses would not answer.' },
  { name: 'net.ipv4.conf.default.arp_ignore', value: 0, mayBeMissing: false, source: INHERITED, why: 'Directors and real servers often have another; some addresses would not answer.' },
  { name: 'net.ipv4.conf.all.arp_filter', value: 0, mayBeMissing: false, source: INHERITED, why: 'Questions would be answered by the wire that the answer takes only.' },
  { name: 'net.ipv4.conf.default.arp_filter', value: 0, mayBeMissing: false, source: INHERITED, why: 'Questions would be answered by the wire that the answer takes only.' },
  { name: 'net.ipv4.conf.all.route_localnet', value: 0, mayBeMissing: false, source: INHERITED, why: 'What comes for 127/8 would be let in.' },
  { name: 'net.ipv4.conf.default.route_localnet', value: 0, mayBeMissing: false, source: INHERITED, why: 'What comes for 127/8 would be let in.' },
  { name: 'net.ipv4.conf.all.src_valid_mark', value: 0, mayBeMissing: false, source: INHERITED, why: 'Marks would decide about sources.' },
  { name: 'net.ipv4.conf.default.src_valid_mark', value: 0, mayBeMissing: false, source: INHERITED, why: 'Marks would decide about sources.' },
  { name: 'net.ipv4.icmp_ratelimit', value: 0, mayBeMissing: false, source: { file: 'net/ipv4/icmp.c', symbol: 'icmpv4_xrlim_allow' }, why: 'Whether an ICMP error is sent must not depend on those before it.' },
  { name: 'net.ipv4.icmp_ratemask', value: 0, mayBeMissing: false, source: ICMP, why: 'No ICMP type counts against the limit that all destinations share.' },
  { name: 'net.ipv6.conf.all.disable_ipv6', value: 1, mayBeMissing: true, source: IPV6, why: 'Router and multicast solicitations would leave on their own.' },
  { name: 'net.ipv6.conf.default.disable_ipv6', value: 1, mayBeMissing: true, source: IPV6, why: 'New devices would solicit as soon as they are up.' },
  { name: 'net.ipv4.vs.run_estimation', value: 0, mayBeMissing: true, source: { file: 'net/netfilter/ipvs/ip_vs_est.c', symbol: 'ip_vs_start_estimator' }, why: 'Rate estimators wake the guest every two seconds, which costs virtual time its speed.' },
] as const satisfies readonly BaseSysctl[];
