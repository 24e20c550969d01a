import type { Chance } from './chance.ts';
import type { AdminCommand, SysctlCommand } from './config/commands.ts';
import type { DirectorConfig } from './config/director-config.ts';
import type { Origin } from './config/topology.ts';
import { collectExpects } from './conntrack/expect.ts';
import { conntrack } from './conntrack/netlink.ts';
import { collectExpired } from './conntrack/table.ts';
import { newFib } from './ip/fib.ts';
import { receive, receiveOwn } from './ip/input.ts';
import { rawSend } from './ip/raw.ts';
import { ipvsadm, restoreServices } from './ipvs/ctl.ts';
import type { Ipvs } from './ipvs/types.ts';
import { forgetRoutes } from './ipvs/xmit.ts';
import type { Kernel } from './kernel.ts';
import { iptables, updateUsers } from './netfilter/admin.ts';
import { hookLists } from './netfilter/hooks.ts';
import { loadTables } from './netfilter/iptables.ts';
import type { Observation } from './observation.ts';
import { observe } from './observe.ts';
import { PARTS } from './parts.ts';
import type { Net, Parts } from './state.ts';
import { IPVS_UDP_STATE_ROWS } from './tables/ipvs-udp.ts';
import { passTime } from './timers.ts';
import type { TraceEntry } from './trace.ts';
import { ETHERNET_HEADER_BYTES } from './wire/ethernet.ts';

/** Something that happens to a director. Time passes by `at`: the clock in jiffies when it happens. */
export type Event =
  | { readonly kind: 'packet'; readonly at: number; readonly link: Origin; readonly frame: Uint8Array }
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'command'; readonly at: number; readonly command: AdminCommand };

export interface StartOptions {
  /** The clock when the director is set up, in jiffies. */
  readonly jiffies: number;
  /** Default: the parts of a right director. */
  readonly parts?: Parts;
  /** Which option comes up where the kernel throws dice. Default: the first. */
  readonly chance?: Chance;
  /** Whether `step` tells what it did. */
  readonly trace: boolean;
}

/** A director, set up and idle. */
export function start(kernel: Kernel, config: DirectorConfig, options: StartOptions): Net {
  const parts = options.parts ?? PARTS;
  const net: Net = {
    kernel,
    config,
    parts,
    chance: options.chance ?? (() => 0),
    jiffies: options.jiffies,
    changedSysctls: new Map(Object.entries(config.sysctls)),
    hooks: hookLists(parts),
    timers: new Set(),
    neighbours: new Map(),
    pathMtus: new Map(),
    peers: new Map(),
    fib: newFib(config.topology, config.routing ?? []),
    fragments: { queues: new Map(), seen: new Map() },
    ipvs: {
      services: [],
      connections: [],
      trash: [],
      realServers: [],
      guePorts: new Map(),
      dropCounter: 0,
      timeouts: ipvsTimeouts(parts),
    },
    conntrack: { users: 0, defrags: false, entries: [], expects: [] },
    tables: loadTables(
      parts.backends[config.iptables ?? 'legacy'],
      { kernel, jiffies: options.jiffies },
      config.rules,
    ),
    loopback: [],
    icmpLocked: false,
    undetermined: undefined,
    emitted: [],
    trace: options.trace ? [] : undefined,
  };
  updateUsers(net);
  restoreServices(net, config.services);
  return net;
}

/** One thing happens to the director: `net` changes in place. The only door into the model. */
export function step(net: Net, event: Event): { observation: Observation; trace: readonly TraceEntry[] } {
  net.emitted = [];
  if (net.trace) net.trace = [];
  passTime(net, event.at, receiveOwn);
  collectExpects(net);
  net.parts.dropEntries(net);
  let refused = false;
  if (event.kind === 'packet') begin(net, event.link, event.frame);
  if (event.kind === 'command') refused = !execute(net, event.command);
  if (event.kind !== 'time') net.parts.dropEntries(net);
  collectExpired(net);
  return { observation: observe(net, refused), trace: net.trace ?? [] };
}

/** Of a packet of the director's own the frame's Ethernet header says nothing: it has not got one yet. */
function begin(net: Net, link: Origin, frame: Uint8Array): void {
  if (link === 'director') rawSend(net, frame.subarray(ETHERNET_HEADER_BYTES));
  else receive(net, link, frame);
}

/** Whether the kernel finds all routes anew after it (net/ipv4/devinet.c, devinet_conf_proc, devinet_sysctl_forward). */
function endsRoutes(net: Net, { name, value }: SysctlCommand): boolean {
  const before = net.changedSysctls.get(name);
  if (name.endsWith('.accept_local')) return value === 0 && before === 1;
  return name === 'net.ipv4.ip_forward' && value !== (before ?? 1);
}

function execute(net: Net, command: AdminCommand): boolean {
  switch (command.tool) {
    case 'ipvsadm':
      return ipvsadm(net, command);
    case 'iptables':
      return iptables(net, command);
    case 'conntrack':
      return conntrack(net, command);
    case 'sysctl':
      if (endsRoutes(net, command)) forgetRoutes(net);
      net.changedSysctls.set(command.name, command.value);
      return true;
  }
}

/** A director's parts never change, and a run starts many directors of the same. */
const TIMEOUTS = new WeakMap<Parts, Ipvs['timeouts']>();

function ipvsTimeouts(parts: Parts): Ipvs['timeouts'] {
  const known = TIMEOUTS.get(parts) ?? listedTimeouts(parts);
  TIMEOUTS.set(parts, known);
  return { ...known };
}

function listedTimeouts(parts: Parts): Ipvs['timeouts'] {
  const rows = Object.entries({ ...parts.ipvsTcpStates, ...IPVS_UDP_STATE_ROWS });
  return Object.fromEntries(
    rows.map(([state, { timeoutSeconds }]) => [state, timeoutSeconds]),
  ) as Ipvs['timeouts'];
}
