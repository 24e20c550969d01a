/** The LVS-HOWTO's chapter on firewalls: what twenty years of operators knew, and what scenarios keep of it. */
export interface HowtoSection {
  readonly section: string;
  readonly title: string;
  /** What stands for the section where no packet can show what it says. */
  readonly instead?: string;
}

export const HOWTO_SECTIONS: readonly HowtoSection[] = [
  { section: '29.1', title: 'Start with no filter rules' },
  { section: '29.2', title: 'Introduction' },
  { section: '29.3', title: 'Netfilter hooks and the path of a packet' },
  { section: '29.4', title: 'How to filter with netfilter' },
  { section: '29.5', title: 'ipvs_nfct, connection tracking for IPVS' },
  { section: '29.6', title: 'LVS-NAT, conntrack and FTP' },
  { section: '29.7', title: 'tcpdump is LVS compatible' },
  { section: '29.8', title: 'Writing filter rules' },
  { section: '29.9', title: 'The Antefacto connection tracking patches' },
  { section: '29.10', title: 'LVS as a netfilter module, part 1' },
  { section: '29.11', title: 'LVS for netfilter and Linux 2.4, part 2' },
  { section: '29.12', title: 'Example filter scripts' },
  {
    section: '29.13',
    title: 'Performance hit on the director',
    instead: 'what rules and conntrack cost is measured: npm run bench "forwarded with"',
  },
  { section: '29.14', title: 'Long LVS-DR sessions ended by icmp-host-prohibited' },
  { section: '29.15', title: 'Stateful filtering: LVS-NAT' },
  { section: '29.16', title: 'Stateful filtering: LVS-DR' },
];

/** The sections that a scenario's source names: `LVS-HOWTO 29.15 and 29.9.3` are 29.15 and 29.9. */
export function sectionsIn(source: string): string[] {
  if (!source.includes('LVS-HOWTO')) return [];
  const named = source.match(/\b29\.\d+/g) ?? [];
  return [...new Set(named)];
}
