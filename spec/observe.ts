import type { ForwardMethod } from './config/services.ts';
import type { NfConn } from './conntrack/types.ts';
import type { IpVsService } from './ipvs/types.ts';
import type { Counter } from './netfilter/types.ts';
import type {
  ConnectionRow,
  ConntrackRow,
  CounterRow,
  ExpectRow,
  Observation,
  ServiceRow,
} from './observation.ts';
import type { Net } from './state.ts';
import { PROTOCOL_GRE, PROTOCOL_ICMP, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP } from './wire/ipv4.ts';

/** What can be seen of the director now: its /proc files and rule counters. */
export function observe(net: Net, refused: boolean): Observation {
  const seen: Observation = {
    jiffies: net.jiffies,
    emitted: net.emitted,
    refused,
    services: services(net),
    connections: connections(net),
    conntrack: conntrack(net),
    ...(net.conntrack.expects.length > 0 && { expects: expects(net) }),
    counters: counters(net),
  };
  return net.undetermined ? { ...seen, undetermined: net.undetermined } : seen;
}

/** /proc/net/ip_vs (ip_vs_info_seq_show) */
function services(net: Net): ServiceRow[] {
  const rows = net.ipvs.services.map((service) => ({
    protocol: service.key.protocol.toUpperCase(),
    address: service.key.protocol === 'fwm' ? service.key.mark : service.key.address,
    port: service.key.port,
    scheduler: service.scheduler,
    flags: flags(net, service),
    dests: service.dests.map((dest) => ({
      address: dest.address,
      port: dest.port,
      forward: FORWARD_NAMES[dest.forward],
      weight: dest.weight,
      activeConn: dest.activeConns,
      inActConn: dest.totalConns - dest.activeConns,
    })),
  }));
  return rows.sort((a, b) => a.address - b.address || a.port - b.port || compareText(a.protocol, b.protocol));
}

/** ip_vs_fwd_name */
const FORWARD_NAMES: Readonly<Record<ForwardMethod, string>> = {
  masq: 'Masq',
  droute: 'Route',
  tunnel: 'Tunnel',
};

/** Of persistence, the time in jiffies and the netmask in hexadecimal. */
function flags({ kernel }: Net, { persistence, onePacket }: IpVsService): string {
  const netmask = persistence?.netmask.toString(16).toUpperCase().padStart(8, '0');
  return [
    ...(onePacket ? ['ops'] : []),
    ...(persistence ? [`persistent ${persistence.timeoutSeconds * kernel.hz} ${netmask}`] : []),
  ].join(' ');
}

/** /proc/net/ip_vs_conn (ip_vs_conn_seq_show) */
function connections(net: Net): ConnectionRow[] {
  const rows = net.ipvs.connections.map((cp) => ({
    // A template for every protocol is IP's.
    protocol: net.parts.ipvsProtocols[cp.protocol]?.name ?? 'IP',
    client: cp.client,
    clientPort: cp.clientPort,
    virtual: cp.virtual,
    virtualPort: cp.virtualPort,
    dest: cp.destAddress,
    destPort: cp.destPort,
    state: cp.template ? (cp.assured ? 'ASSURED' : 'NONE') : cp.state,
    expires: Math.floor(Math.max(0, cp.timer.expires - net.jiffies) / net.kernel.hz),
  }));
  return rows.sort(
    (a, b) =>
      compareText(a.protocol, b.protocol) ||
      a.client - b.client ||
      a.clientPort - b.clientPort ||
      a.virtual - b.virtual ||
      a.virtualPort - b.virtualPort ||
      a.dest - b.dest ||
      a.destPort - b.destPort ||
      compareText(a.state, b.state) ||
      a.expires - b.expires,
  );
}

/** net/netfilter/nf_conntrack_standalone.c, l4proto_name */
const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL_ICMP]: 'icmp',
  [PROTOCOL_TCP]: 'tcp',
  [PROTOCOL_UDP]: 'udp',
  [PROTOCOL_SCTP]: 'sctp',
  [PROTOCOL_GRE]: 'gre',
};

/** Only conversations that are opened and closed have one. */
function stateOf({ tuples: [{ protocol }], tcp, sctp }: NfConn): string {
  return protocol === PROTOCOL_TCP ? tcp.state : (sctp?.state ?? '');
}

/** /proc/net/nf_conntrack (ct_seq_show) */
function conntrack(net: Net): ConntrackRow[] {
  const entries = [...net.conntrack.table.values()].filter(({ direction }) => direction === 0);
  const rows = entries.map(({ entry }) => ({
    protocol: PROTOCOL_NAMES[entry.tuples[0].protocol] ?? 'unknown',
    timeout: Math.floor(Math.max(0, entry.timeout - net.jiffies) / net.kernel.hz),
    state: stateOf(entry),
    original: row(entry.tuples[0]),
    reply: row(entry.tuples[1]),
    unreplied: !entry.seenReply,
    assured: entry.assured,
    mark: entry.mark,
    ...(entry.openPort && { openPort: true as const }),
  }));
  return rows.sort(
    (a, b) =>
      a.original.src - b.original.src ||
      a.original.sport - b.original.sport ||
      a.original.dst - b.original.dst ||
      a.original.dport - b.original.dport,
  );
}

/** /proc/net/nf_conntrack_expect (exp_seq_show) */
function expects(net: Net): ExpectRow[] {
  const rows = net.conntrack.expects.map(({ tuple, expires }) => ({
    protocol: tuple.protocol,
    timeout: Math.trunc((expires - net.jiffies) / net.kernel.hz),
    tuple: row(tuple),
    helper: 'ftp',
  }));
  return rows.sort(
    (a, b) => a.tuple.src - b.tuple.src || a.tuple.dst - b.tuple.dst || a.tuple.dport - b.tuple.dport,
  );
}

function row({ src, dst, sport, dport }: ConntrackRow['original']): ConntrackRow['original'] {
  return { src, dst, sport, dport };
}

/** What `iptables -nvxL` counts; rule 0 is a built-in chain's policy. */
function counters(net: Net): CounterRow[] {
  const rows: CounterRow[] = [];
  // The longest part of an observation: plain loops take a fifth of what flatMap does.
  for (const { name: table, chains } of net.tables.values())
    for (const { name: chain, policy, policyCounter, rules } of chains) {
      if (policy) rows.push(counterRow(table, chain, 0, policyCounter));
      for (let index = 0; index < rules.length; index += 1)
        rows.push(counterRow(table, chain, index + 1, rules[index]!.counter));
    }
  return rows;
}

function counterRow(table: string, chain: string, rule: number, { packets, bytes }: Counter): CounterRow {
  return { table, chain, rule, packets, bytes };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
