import type { AdminCommand } from '../../spec/config/commands.ts';
import { toArgv } from '../../spec/config/commands-print.ts';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import type { TableName } from '../../spec/config/rules.ts';
import type { Link, LinkName, Topology } from '../../spec/config/topology.ts';
import { IP_VS_FILE } from '../observe/ip-vs.ts';
import { IP_VS_CONN_FILE } from '../observe/ip-vs-conn.ts';
import { GET_ENTRIES, GETINFO, IPT, tableQuestion } from '../observe/ipt-entries.ts';
import { NF_CONNTRACK_FILE } from '../observe/nf-conntrack.ts';
import type { Plan, PlanStep } from '../play/plan.ts';
import type { AgentScenario, AgentStep, Op } from './agent-protocol.ts';
import { addAddress, addNeighbour, linkUp, NETLINK_ROUTE } from './rtnetlink.ts';
import { timerGranule } from './timer-granule.ts';

/** A plan in the words of the agent: the same for every director that runs one. */

const COMMAND_LIMIT_MS = 30_000;
const LOOPBACK_IFINDEX = 1;
/** Above the devices that modules put into every new namespace (tunl0, gre0 …). */
const FIRST_IFINDEX = 100;
/** IPVS's longest timeout unless the administrator sets another: TCP ESTABLISHED. */
const LONGEST_TIMEOUT_SECONDS = 900;

/** What the harness itself needs of a director, before the scenario's own settings. */
const HARNESS_SYSCTLS: readonly (readonly [string, number])[] = [
  // Devices inherit `default`, so it is set before they exist.
  ['net.ipv4.conf.all.rp_filter', 0],
  ['net.ipv4.conf.default.rp_filter', 0],
  ['net.ipv4.conf.all.send_redirects', 0],
  ['net.ipv4.conf.default.send_redirects', 0],
  ['net.ipv4.ip_forward', 1],
  // Whether an ICMP error is sent must not depend on how many were sent before.
  ['net.ipv4.icmp_ratelimit', 0],
];

/** Not on every kernel: the estimator only wakes an idle guest, and nothing that we compare depends on it. */
const OPTIONAL_SYSCTLS: readonly (readonly [string, number])[] = [['net.ipv4.vs.run_estimation', 0]];

export function writeSysctl(name: string, value: number): Op {
  return {
    op: 'writeFile',
    path: `/proc/sys/${name.replaceAll('.', '/')}`,
    content: Buffer.from(`${value}\n`),
  };
}

const ifindexOf = (topology: Topology, name: LinkName): number =>
  FIRST_IFINDEX + topology.links.findIndex((link) => link.name === name);

function tapOp(link: Link, index: number): Op {
  const mac = Buffer.from(link.mac, 'hex');
  return { op: 'tap', link: index, name: link.device, mac, mtu: link.mtu, ifindex: FIRST_IFINDEX + index };
}

/** One rtnetlink request for each: loopback up, addresses, VIPs on the first link, permanent neighbours. */
export function networkRequests(topology: Topology): Buffer[] {
  return [
    linkUp(LOOPBACK_IFINDEX),
    ...topology.links.map((link) =>
      addAddress(ifindexOf(topology, link.name), link.address, link.prefixLength),
    ),
    ...topology.vips.map((vip) => addAddress(FIRST_IFINDEX, vip.address, 32)),
    ...topology.hosts.map((host) => addNeighbour(ifindexOf(topology, host.link), host.address, host.mac)),
  ];
}

function exec(argv: readonly string[], stdin = ''): Op {
  return { op: 'exec', argv, stdin, limitMs: COMMAND_LIMIT_MS };
}

/** What `iptables` means on a director: the legacy back end, whose counters the kernel gives without a process. */
const PROGRAM: Readonly<Record<string, string>> = { iptables: 'iptables-legacy' };

function commandOp(command: AdminCommand): Op {
  if (command.tool === 'sysctl') return writeSysctl(command.name, command.value);
  const [program, ...words] = toArgv(command) as [string, ...string[]];
  return exec([PROGRAM[program] ?? program, ...words]);
}

/** An operation of the set-up, and whether the director is what was asked for without it. */
export interface SetupOp {
  readonly op: Op;
  readonly says: string;
  readonly optional?: true;
}

export function setupOps(config: DirectorConfig): SetupOp[] {
  const sysctl = ([name, value]: readonly [string, number]): SetupOp => ({
    op: writeSysctl(name, value),
    says: `sysctl ${name}=${value}`,
  });
  const { topology, services, rules } = config;
  const request = Buffer.concat(networkRequests(topology));
  return [
    { op: { op: 'netns' }, says: 'network namespace' },
    ...HARNESS_SYSCTLS.map(sysctl),
    ...OPTIONAL_SYSCTLS.map((row): SetupOp => ({ ...sysctl(row), optional: true })),
    ...topology.links.map((link, index) => ({ op: tapOp(link, index), says: `TAP device ${link.device}` })),
    { op: { op: 'netlink', protocol: NETLINK_ROUTE, request }, says: 'addresses and neighbours' },
    ...Object.entries(config.sysctls).map(sysctl),
    ...(services.length > 0
      ? [{ op: exec(['ipvsadm', '-R'], printServices(services, 'numeric')), says: 'ipvsadm -R' }]
      : []),
    ...(rules.tables.length > 0
      ? [
          {
            op: exec(['iptables-legacy-restore'], printRuleset(rules, 'numeric')),
            says: 'iptables-legacy-restore',
          },
        ]
      : []),
  ];
}

/**
 * The tables that exist before each step and after the last: those of the configuration, and those that a
 * command has called into being. Asking the kernel for another would create it.
 */
export function tablesBySteps(plan: Plan): ReadonlySet<TableName>[] {
  const tables = new Set(plan.config.rules.tables.map((table) => table.name));
  const after = plan.steps.map((step) => {
    if (step.kind === 'command' && step.command.tool === 'iptables') tables.add(step.command.table);
    return new Set(tables);
  });
  return [new Set(plan.config.rules.tables.map((table) => table.name)), ...after];
}

/** Everything that is read after each step, in the order in which `observations` expects it. */
function observeOps(tables: Iterable<TableName>): Op[] {
  return [
    { op: 'readFile', path: IP_VS_FILE },
    { op: 'readFile', path: IP_VS_CONN_FILE },
    { op: 'readFile', path: NF_CONNTRACK_FILE },
    ...[...tables].map(
      (table): Op => ({
        op: 'getsockopt',
        level: IPT.level,
        infoOption: IPT.GET_INFO,
        info: tableQuestion(table, GETINFO.bytes),
        sizeFrom: GETINFO.size,
        option: IPT.GET_ENTRIES,
        question: tableQuestion(table, GET_ENTRIES.bytes),
        sizeTo: GET_ENTRIES.size,
      }),
    ),
  ];
}

function stepOps(step: PlanStep, topology: Topology): Op[] {
  switch (step.kind) {
    case 'wait':
      return [];
    case 'command':
      return [commandOp(step.command)];
    case 'frame':
      return [
        {
          op: 'frame',
          link: topology.links.findIndex((link) => link.name === step.link),
          frame: step.frame,
        },
      ];
  }
}

function agentStep(step: PlanStep, topology: Topology): AgentStep {
  const waitNs = step.kind === 'wait' ? BigInt(Math.round(step.ms * 1e6)) : 0n;
  return { waitNs, alignJiffies: 0, ops: stepOps(step, topology) };
}

function longestTimeoutSeconds(plan: Plan): number {
  const set = plan.steps.flatMap((step) =>
    step.kind === 'command' && step.command.tool === 'ipvsadm' && step.command.op === 'set-timeouts'
      ? [step.command.tcp, step.command.tcpFin, step.command.udp]
      : [],
  );
  return Math.max(LONGEST_TIMEOUT_SECONDS, ...set);
}

/** The first step only observes; it begins at a granule of the timer wheel, so that runs are alike. */
export function agentScenario(plan: Plan, hz: number): AgentScenario {
  const { topology } = plan.config;
  const start = { waitNs: 0n, alignJiffies: timerGranule(longestTimeoutSeconds(plan), hz), ops: [] };
  return {
    setup: setupOps(plan.config).map(({ op }) => op),
    observe: observeOps(tablesBySteps(plan).at(-1)!),
    steps: [start, ...plan.steps.map((step) => agentStep(step, topology))],
  };
}
