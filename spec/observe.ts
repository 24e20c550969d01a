import type { ForwardMethod, ServiceKey } from './config/services.ts';
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
    counters: counters(net),
  };
  const announced = net.conntrack.expects.length > 0 ? { ...seen, expects: expects(net) } : seen;
  return net.undetermined ? { ...announced, undetermined: net.undetermined } : announced;
}

/** /proc/net/ip_vs (ip_vs_info_seq_show) */
function services(net: Net): ServiceRow[] {
  const rows = net.ipvs.services.map((service) => ({
    protocol: SERVICE_NAMES[service.key.protocol],
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
  return sorted(
    rows,
    (a, b) => a.address - b.address || a.port - b.port || compareText(a.protocol, b.protocol),
  );
}

const SERVICE_NAMES: Readonly<Record<ServiceKey['protocol'], string>> = {
  tcp: 'TCP',
  udp: 'UDP',
  sctp: 'SCTP',
  fwm: 'FWM',
};

/** ip_vs_fwd_name */
const FORWARD_NAMES: Readonly<Record<ForwardMethod, string>> = {
  masq: 'Masq',
  droute: 'Route',
  tunnel: 'Tunnel',
};

/** Of persistence, the time in jiffies and the netmask in hexadecimal. */
function flags({ kernel }: Net, { persistence, onePacket }: IpVsService): string {
  if (!persistence) return onePacket ? 'ops' : '';
  const netmask = persistence.netmask.toString(16).toUpperCase().padStart(8, '0');
  return `${onePacket ? 'ops ' : ''}persistent ${persistence.timeoutSeconds * kernel.hz} ${netmask}`;
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
  return sorted(
    rows,
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
  const rows = net.conntrack.entries.map((entry) => conntrackRow(net, entry));
  return sorted(
    rows,
    (a, b) =>
      a.original.src - b.original.src ||
      a.original.sport - b.original.sport ||
      a.original.dst - b.original.dst ||
      a.original.dport - b.original.dport,
  );
}

function conntrackRow({ jiffies, kernel }: Net, entry: NfConn): ConntrackRow {
  const seen = {
    protocol: PROTOCOL_NAMES[entry.tuples[0].protocol] ?? `unknown ${entry.tuples[0].protocol}`,
    timeout: Math.floor(Math.max(0, entry.timeout - jiffies) / kernel.hz),
    state: stateOf(entry),
    original: shownTuple(entry.tuples[0]),
    reply: shownTuple(entry.tuples[1]),
    unreplied: !entry.seenReply,
    assured: entry.assured,
    mark: entry.mark,
  };
  return entry.openPort ? { ...seen, openPort: true } : seen;
}

/** Of other protocols' tuples no ports are shown, though IPVS may have put some there. */
function shownTuple(tuple: NfConn['tuples'][0]): ConntrackRow['original'] {
  if (PROTOCOL_NAMES[tuple.protocol] !== undefined) return row(tuple);
  return { ...row(tuple), sport: 0, dport: 0 };
}

/** /proc/net/nf_conntrack_expect (exp_seq_show) */
function expects(net: Net): ExpectRow[] {
  const rows = net.conntrack.expects.map(({ tuple, expires }) => ({
    protocol: tuple.protocol,
    timeout: Math.trunc((expires - net.jiffies) / net.kernel.hz),
    tuple: row(tuple),
    helper: 'ftp',
  }));
  return sorted(
    rows,
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

/** Each step changes few counters: a row is made anew only where it is not as it was shown last. */
function counterRow(table: string, chain: string, rule: number, counter: Counter): CounterRow {
  const { packets, bytes, shown } = counter;
  if (shown?.packets === packets && shown.bytes === bytes && shown.rule === rule) return shown;
  counter.shown = { table, chain, rule, packets, bytes };
  return counter.shown;
}

/** Mostly rows are in order, and asking a function of the engine's to sort them costs more than all of a row. */
function sorted<Row>(rows: Row[], order: (a: Row, b: Row) => number): Row[] {
  for (let index = 1; index < rows.length; index += 1)
    if (order(rows[index - 1]!, rows[index]!) > 0) return rows.sort(order);
  return rows;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
