import type { AdminCommand } from '../../spec/config/commands.ts';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import type { HELPERS, Match, Rule, Table, TableName, Target } from '../../spec/config/rules.ts';
import type { ServiceKey, ServiceSettings } from '../../spec/config/services.ts';
import { ETHERNET_HEADER_BYTES } from '../../spec/wire/ethernet.ts';
import { PROTOCOL_GRE, PROTOCOL_IPIP, PROTOCOL_IPV6, PROTOCOL_MPLS } from '../../spec/wire/ipv4.ts';
import type { Plan, PlanStep } from '../play/plan.ts';

/**
 * What of a plan needs which modules (or settings) of the kernel. Names are those of `wantedModules`; what
 * is part of every iptables is not listed.
 */
export const NEEDED = {
  // Its table is read after every step.
  everyPlan: ['nf_conntrack', 'CONFIG_NF_CONNTRACK_PROCFS'],
  // Without services it does nothing, and a kernel without it neither.
  ipvs: ['ip_vs'],
  ftpService: ['ip_vs_ftp'],
  conntrackProgram: ['nf_conntrack_netlink', 'nfnetlink'],
  // One that translated connections use needs the other half of its name too.
  helper: { ftp: ['nf_conntrack_ftp', 'nf_nat_ftp'] } satisfies Record<(typeof HELPERS)[number], string[]>,
  // Without it the director does not know the protocol of what was wrapped, and says so; with it no tunnel takes it.
  wrapped: { ipip: ['ipip'], gre: ['ip_gre'] },
  table: {
    raw: ['ip_tables', 'iptable_raw'],
    mangle: ['ip_tables', 'iptable_mangle'],
    nat: ['ip_tables', 'iptable_nat', 'nf_nat'],
    filter: ['ip_tables', 'iptable_filter'],
    security: ['ip_tables', 'iptable_security'],
  } satisfies Record<TableName, string[]>,
  // What iptables-nft writes, whatever the table is called.
  nft: ['nf_tables', 'nft_compat', 'nft_counter'],
  nftNat: ['nft_chain_nat', 'nf_nat'],
  match: {
    tcp: ['xt_tcpudp'],
    // The tool asks for conntrack whichever of the two is written.
    state: ['xt_conntrack'],
    conntrack: ['xt_conntrack'],
    multiport: ['xt_multiport'],
    mark: ['xt_mark'],
    connmark: ['xt_connmark'],
    ipvs: ['xt_ipvs'],
    comment: ['xt_comment'],
    length: ['xt_length'],
    ttl: ['xt_hl'],
    iprange: ['xt_iprange'],
    udp: ['xt_tcpudp'],
    icmp: [],
    tos: ['xt_dscp'],
    dscp: ['xt_dscp'],
    tcpmss: ['xt_tcpmss'],
    addrtype: ['xt_addrtype'],
    limit: ['xt_limit', 'nft_limit'],
  } satisfies Record<Match['kind'], string[]>,
  target: {
    ACCEPT: [],
    DROP: [],
    RETURN: [],
    jump: [],
    goto: [],
    REJECT: ['ipt_REJECT', 'nf_reject_ipv4'],
    MARK: ['xt_mark'],
    CONNMARK: ['xt_connmark'],
    CT: ['xt_CT'],
    LOG: ['xt_LOG'],
    NFLOG: ['xt_NFLOG', 'nfnetlink_log', 'nft_log'],
    TOS: ['xt_DSCP'],
    DSCP: ['xt_DSCP'],
    TCPMSS: ['xt_TCPMSS'],
    SNAT: ['xt_nat'],
    DNAT: ['xt_nat'],
    MASQUERADE: ['xt_MASQUERADE'],
    REDIRECT: ['xt_REDIRECT'],
  } satisfies Record<Target['kind'], string[]>,
} as const;

/** Each scheduler is a module of its own, named after it. */
const ofSettings = ({ scheduler }: ServiceSettings): readonly string[] => [
  ...NEEDED.ipvs,
  `ip_vs_${scheduler}`,
];

/** Ports whose connections are, or may be, FTP's: those of a service for port 0, or for a mark, have any. */
const MAYBE_FTP: readonly number[] = [21, 0];

const ofKey = ({ protocol, port }: ServiceKey): readonly string[] =>
  (protocol === 'tcp' || protocol === 'fwm') && MAYBE_FTP.includes(port) ? NEEDED.ftpService : [];

const ofSysctl = (name: string): readonly string[] => (name.startsWith('net.ipv4.vs.') ? NEEDED.ipvs : []);

type Backend = DirectorConfig['iptables'];

/** What only one of the back ends uses is no loss to the other. */
function ofRule({ matches, target }: Rule, backend: Backend): readonly string[] {
  const all = [
    ...(target?.kind === 'CT' && 'helper' in target ? NEEDED.helper[target.helper] : []),
    ...matches.flatMap(({ kind }) => NEEDED.match[kind]),
    ...(target === undefined ? [] : NEEDED.target[target.kind]),
  ];
  return all.filter((name) => backend === 'nft' || !name.startsWith('nft_'));
}

function ofTableName(name: TableName, backend: Backend): readonly string[] {
  if (backend !== 'nft') return NEEDED.table[name];
  return [...NEEDED.nft, ...(name === 'nat' ? NEEDED.nftNat : [])];
}

const ofTable = ({ name, chains }: Table, backend: Backend): readonly string[] => [
  ...ofTableName(name, backend),
  ...chains.flatMap(({ rules }) => rules.flatMap((rule) => ofRule(rule, backend))),
];

function ofCommand(command: AdminCommand, backend: Backend): readonly string[] {
  if (command.tool === 'iptables')
    return [
      ...ofTableName(command.table, backend),
      ...('rule' in command ? ofRule(command.rule, backend) : []),
    ];
  if (command.tool === 'sysctl') return ofSysctl(command.name);
  if (command.tool === 'conntrack') return NEEDED.conntrackProgram;
  const ofItsService = 'service' in command && command.service ? ofKey(command.service) : [];
  return [...('scheduler' in command ? ofSettings(command) : NEEDED.ipvs), ...ofItsService];
}

/** Behind the header of Ethernet: which protocol an IP packet is of. */
const PROTOCOL_AT = ETHERNET_HEADER_BYTES + 9;

const WRAPPED: Readonly<Record<number, readonly string[]>> = {
  [PROTOCOL_IPIP]: NEEDED.wrapped.ipip,
  [PROTOCOL_IPV6]: NEEDED.wrapped.ipip,
  [PROTOCOL_MPLS]: NEEDED.wrapped.ipip,
  [PROTOCOL_GRE]: NEEDED.wrapped.gre,
};

function ofStep(step: PlanStep, backend: Backend): readonly string[] {
  if (step.kind === 'command') return ofCommand(step.command, backend);
  return step.kind === 'frame' ? (WRAPPED[step.frame[PROTOCOL_AT] ?? 0] ?? []) : [];
}

/** Every module and setting that the kernel must have to play this plan. */
export function needsOf({ config, steps }: Plan): Set<string> {
  return new Set([
    ...NEEDED.everyPlan,
    ...config.services.flatMap((service) => [...ofSettings(service), ...ofKey(service)]),
    ...Object.keys(config.sysctls).flatMap(ofSysctl),
    ...config.rules.tables.flatMap((table) => ofTable(table, config.iptables)),
    ...steps.flatMap((step) => ofStep(step, config.iptables)),
  ]);
}
