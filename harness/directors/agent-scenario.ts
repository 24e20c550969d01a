import type { AdminCommand } from '../../spec/config/commands.ts';
import { toArgv } from '../../spec/config/commands-print.ts';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import type { Rule, TableName } from '../../spec/config/rules.ts';
import type { Link, LinkName, Topology } from '../../spec/config/topology.ts';
import { BASE_SYSCTLS } from '../../spec/tables/base-sysctls.ts';
import { ETHERNET_HEADER_BYTES } from '../../spec/wire/ethernet.ts';
import { IP_VS_FILE } from '../observe/ip-vs.ts';
import { IP_VS_CONN_FILE } from '../observe/ip-vs-conn.ts';
import { GET_ENTRIES, GETINFO, IPT, tableQuestion } from '../observe/ipt-entries.ts';
import { NF_CONNTRACK_FILE } from '../observe/nf-conntrack.ts';
import { NF_CONNTRACK_EXPECT_FILE } from '../observe/nf-conntrack-expect.ts';
import { CHAINS_QUESTION, NETLINK_NETFILTER, RULES_QUESTION } from '../observe/nft-counters.ts';
import type { Plan, PlanStep } from '../play/plan.ts';
import type { AgentScenario, AgentStep, Op } from './agent-protocol.ts';
import { addAddress, addNeighbour, addRouting, linkUp, NETLINK_ROUTE } from './rtnetlink.ts';
import { timerGranule } from './timer-granule.ts';

/** A plan in the words of the agent: the same for every director that runs one. */

const COMMAND_LIMIT_MS = 30_000;
const LOOPBACK_IFINDEX = 1;
/** Above the devices that modules put into every new namespace (tunl0, gre0 …). */
const FIRST_IFINDEX = 100;
/** IPVS's longest timeout unless the administrator sets another: TCP ESTABLISHED. */
const LONGEST_TIMEOUT_SECONDS = 900;

function writeSysctl(name: string, value: number): Op {
  return {
    op: 'writeFile',
    path: `/proc/sys/${name.replaceAll('.', '/')}`,
    content: Buffer.from(`${value}\n`),
  };
}

const ifindexOf = (topology: Topology, name: LinkName): number =>
  FIRST_IFINDEX + topology.links.findIndex((link) => link.name === name);

/** 0, which no device has, for one that is not there. */
function ifindexOfDevice({ links }: Topology, device: string): number {
  const index = links.findIndex((link) => link.device === device);
  return device === 'lo' ? LOOPBACK_IFINDEX : index < 0 ? 0 : FIRST_IFINDEX + index;
}

function tapOp(link: Link, index: number): Op {
  const mac = Buffer.from(link.mac, 'hex');
  return { op: 'tap', link: index, name: link.device, mac, mtu: link.mtu, ifindex: FIRST_IFINDEX + index };
}

/** One rtnetlink request for each: loopback up, addresses, VIPs on the first link, permanent neighbours, rules and routes. */
function networkRequests({ topology, routing = [] }: DirectorConfig): Buffer[] {
  return [
    linkUp(LOOPBACK_IFINDEX),
    ...topology.links.map((link) =>
      addAddress(ifindexOf(topology, link.name), link.address, link.prefixLength),
    ),
    ...topology.vips.map((vip) => addAddress(FIRST_IFINDEX, vip.address, 32)),
    ...topology.hosts.map((host) => addNeighbour(ifindexOf(topology, host.link), host.address, host.mac)),
    ...routing.map((entry) => addRouting(entry, (device) => ifindexOfDevice(topology, device))),
  ];
}

function exec(argv: readonly string[], stdin = ''): Op {
  return { op: 'exec', argv, stdin, limitMs: COMMAND_LIMIT_MS };
}

/** What `iptables` means on a director: one of its two back ends, never whichever is the distribution's own. */
const iptablesProgram = ({ iptables }: DirectorConfig): string => `iptables-${iptables ?? 'legacy'}`;

function commandOp(command: AdminCommand, config: DirectorConfig): Op {
  if (command.tool === 'sysctl') return writeSysctl(command.name, command.value);
  const [program, ...words] = toArgv(command) as [string, ...string[]];
  return exec([command.tool === 'iptables' ? iptablesProgram(config) : program, ...words]);
}

const MS = 1_000_000n;

const DEFENCES: readonly string[] = ['secure_tcp', 'drop_packet', 'am_droprate'].map(
  (name) => `net.ipv4.vs.${name}`,
);

/**
 * Some commands end before the kernel has done all they ask for, and when it does the rest nobody can tell from
 * outside. What is observed is the director at rest again.
 */
function settleOps(command: AdminCommand): Op[] {
  // expire_nodest_conn's work runs two ticks after a dest went (ip_vs_ctl.c, expire_nodest_conn_handler).
  const removes = command.tool === 'ipvsadm' && command.op.startsWith('delete');
  if (removes) return [{ op: 'settle', ns: 40n * MS }];
  // secure_tcp and its like are looked at once a second (ip_vs_ctl.c, defense_work_handler).
  const defence = command.tool === 'sysctl' && DEFENCES.includes(command.name);
  return defence ? [{ op: 'settle', ns: 1100n * MS }] : [];
}

/** Sysctls as they are set: by name, so that am_droprate is there when drop_packet looks at it. */
export function inOrder(sysctls: DirectorConfig['sysctls']): (readonly [name: string, value: number])[] {
  return Object.entries(sysctls).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** An operation of the set-up, and whether the director is what was asked for without it. */
export interface SetupOp {
  readonly op: Op;
  readonly says: string;
  readonly optional: boolean;
}

export function setupOps(config: DirectorConfig): SetupOp[] {
  const sysctl = (name: string, value: number, optional: boolean): SetupOp => ({
    op: writeSysctl(name, value),
    says: `sysctl ${name}=${value}`,
    optional,
  });
  const needed = (says: string, op: Op): SetupOp => ({ op, says, optional: false });
  const { topology, services, rules } = config;
  const request = Buffer.concat(networkRequests(config));
  return [
    needed('network namespace', { op: 'netns' }),
    // Devices inherit some of these, so they are set before there are any.
    ...BASE_SYSCTLS.map((row) => sysctl(row.name, row.value, row.mayBeMissing)),
    ...topology.links.map((link, index) => needed(`TAP device ${link.device}`, tapOp(link, index))),
    needed('addresses, neighbours and routing', { op: 'netlink', protocol: NETLINK_ROUTE, request }),
    ...inOrder(config.sysctls).map(([name, value]) => sysctl(name, value, false)),
    ...(services.length > 0
      ? [needed('ipvsadm -R', exec(['ipvsadm', '-R'], printServices(services, 'numeric')))]
      : []),
    ...(rules.tables.length > 0
      ? [
          needed(
            'iptables-restore',
            exec([`${iptablesProgram(config)}-restore`], printRuleset(rules, 'numeric')),
          ),
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

/** Whether a rule names a helper: without one nobody announces connections. */
export function announces({ config, steps }: Plan): boolean {
  const isHelped = ({ target }: Rule) => target?.kind === 'CT' && 'helper' in target;
  const inConfig = config.rules.tables.some(({ chains }) => chains.some(({ rules }) => rules.some(isHelped)));
  return (
    inConfig ||
    steps.some((step) => step.kind === 'command' && 'rule' in step.command && isHelped(step.command.rule))
  );
}

function legacyCounters(table: TableName): Op {
  return {
    op: 'getsockopt',
    level: IPT.level,
    infoOption: IPT.GET_INFO,
    info: tableQuestion(table, GETINFO.bytes),
    sizeFrom: GETINFO.size,
    option: IPT.GET_ENTRIES,
    question: tableQuestion(table, GET_ENTRIES.bytes),
    sizeTo: GET_ENTRIES.size,
  };
}

const NFT_COUNTERS = [CHAINS_QUESTION, RULES_QUESTION].map(
  (request): Op => ({ op: 'netlink', protocol: NETLINK_NETFILTER, request }),
);

/**
 * Everything that is read after each step, in the order in which `observations` expects it. Reading the entries ends
 * those whose time is up, and what they have announced with them.
 */
function observeOps(plan: Plan): Op[] {
  const tables = tablesBySteps(plan).at(-1)!;
  return [
    { op: 'readFile', path: IP_VS_FILE },
    { op: 'readFile', path: IP_VS_CONN_FILE },
    { op: 'readFile', path: NF_CONNTRACK_FILE },
    ...(plan.config.iptables === 'nft' ? NFT_COUNTERS : [...tables].map(legacyCounters)),
    ...(announces(plan) ? [{ op: 'readFile', path: NF_CONNTRACK_EXPECT_FILE } as const] : []),
  ];
}

/**
 * A packet may go back to the director over lo (an error about its own answer, a changed mark). The kernel handles it
 * with the frame that it came from, but leaves it to ksoftirqd if that is awake just then, which needs a moment in
 * which nobody else runs.
 */
const LOOPBACK: Op = { op: 'settle', ns: 100_000n };

function stepOps(step: PlanStep, config: DirectorConfig): Op[] {
  switch (step.kind) {
    case 'wait':
      return [];
    case 'command':
      return [commandOp(step.command, config), ...settleOps(step.command)];
    case 'frame':
      return [frameOp(step, config), LOOPBACK];
  }
}

function frameOp({ link, frame }: Extract<PlanStep, { kind: 'frame' }>, { topology }: DirectorConfig): Op {
  if (link === 'director') return { op: 'send', packet: frame.subarray(ETHERNET_HEADER_BYTES) };
  return { op: 'frame', link: topology.links.findIndex(({ name }) => name === link), frame };
}

function agentStep(step: PlanStep, config: DirectorConfig): AgentStep {
  const waitNs = step.kind === 'wait' ? BigInt(Math.round(step.ms * 1e6)) : 0n;
  return { waitNs, alignJiffies: 0, ops: stepOps(step, config) };
}

/** A command and all that it sets going takes some 20 of these, under emulation too. */
const SETTLING_JIFFIES = 64;

/**
 * Ends a command's step where any kernel has long finished it: at least so many jiffies after it began, and at a
 * multiple of as many, so that one that takes longer still has a place to meet the others.
 */
function settling(hz: number): AgentStep {
  const waitNs = (BigInt(SETTLING_JIFFIES) * 1_000_000_000n) / BigInt(hz);
  return { waitNs, alignJiffies: SETTLING_JIFFIES, ops: [] };
}

/** Whether the plan's step is two of the agent's: the command, and the wait until it has settled. */
export function isInTwo({ settles }: Plan, step: PlanStep): boolean {
  return settles === true && step.kind === 'command';
}

function longestTimeoutSeconds(plan: Plan): number {
  const set = plan.steps.flatMap((step) =>
    step.kind === 'command' && step.command.tool === 'ipvsadm' && step.command.op === 'set-timeouts'
      ? [step.command.tcp, step.command.tcpFin, step.command.udp]
      : [],
  );
  return Math.max(LONGEST_TIMEOUT_SECONDS, ...set);
}

/** In jiffies: scenarios that begin at a multiple of it see all of their timers run out alike. */
export const granuleOf = (plan: Plan, hz: number): number => timerGranule(longestTimeoutSeconds(plan), hz);

/**
 * The first step only observes. It begins at a granule of the timer wheel, so that runs are alike; or at once, where
 * time is real and nobody wants to wait for a granule of 16 s.
 */
export function agentScenario(
  plan: Plan,
  hz: number,
  begin: 'aligned' | 'at once' = 'aligned',
): AgentScenario {
  const alignJiffies = begin === 'aligned' ? granuleOf(plan, hz) : 0;
  const start = { waitNs: 0n, alignJiffies, ops: [] };
  return {
    setup: setupOps(plan.config).map(({ op }) => op),
    observe: observeOps(plan),
    steps: [
      start,
      ...plan.steps.flatMap((step) => [
        agentStep(step, plan.config),
        ...(isInTwo(plan, step) ? [settling(hz)] : []),
      ]),
    ],
  };
}
