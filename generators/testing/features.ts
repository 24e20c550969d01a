import type { Rule } from '../../spec/config/rules.ts';
import { SCHEDULER_FLAGS } from '../../spec/config/services.ts';
import type { Scenario, Segment, TimelineItem } from '../../spec/scenario.ts';
import { ACK, FIN, RST, SYN } from '../../spec/wire/tcp.ts';
import { OWN, REAL_SERVERS, VIPS } from '../addresses.ts';
import { type Feature, rules, sysctl } from './feature.ts';
import { NAT_FEATURES } from './nat-features.ts';
import { NETWORK_FEATURES } from './network-features.ts';
import { OPTION_FEATURES } from './option-features.ts';
import { SERVICE_FEATURES } from './service-features.ts';

const some = (is: (segment: Segment) => boolean) => (scenario: Scenario) =>
  scenario.timeline.some((item) => item.kind === 'segment' && is(item));

const flags = (flags: number) => some((segment) => segment.flags === flags);

const command = (op: string) => (scenario: Scenario) =>
  scenario.timeline.some(
    (item) =>
      item.kind === 'do' && (item.command.tool === op || ('op' in item.command && item.command.op === op)),
  );

const waits = (min: number, max: number) => (scenario: Scenario) =>
  scenario.timeline.some((item) => item.kind === 'wait' && item.ms >= min && item.ms <= max);

const services =
  (is: (service: Scenario['director']['services'][number]) => boolean) => (scenario: Scenario) =>
    scenario.director.services.some(is);

const dests = (is: (dest: Scenario['director']['services'][number]['dests'][number]) => boolean) =>
  services((service) => service.dests.some(is));

const match = (kind: Rule['matches'][number]['kind']) =>
  rules((rule) => rule.matches.some((one) => one.kind === kind));
const target = (kind: string) => rules((rule) => rule.target?.kind === kind);
const table = (wanted: string) => (scenario: Scenario) =>
  scenario.director.rules.tables.some(({ name }) => name === wanted);
const flowsTo = (addresses: readonly number[]) => (scenario: Scenario) =>
  Object.values(scenario.flows).some(({ service }) => addresses.includes(service.address));

const isService = ({ director }: Scenario, { address, port }: { address: number; port: number }) =>
  director.services.some((service) => service.address === address && service.port === port);

/** The same segment again, or the one before it late: `gap` segments of that direction in between, or none. */
function seen(scenario: Scenario, is: (earlier: Segment, later: Segment) => boolean): boolean {
  const all = scenario.timeline.filter((item) => item.kind === 'segment');
  return all.some((later, index) =>
    all
      .slice(0, index)
      .some((earlier) => earlier.flow === later.flow && earlier.from === later.from && is(earlier, later)),
  );
}

const reusing = (is: (first: number, second: number) => boolean) => (scenario: Scenario) => {
  const flows = Object.values(scenario.flows);
  return flows.some((one, index) =>
    flows
      .slice(0, index)
      .some(
        (other) =>
          JSON.stringify([one.client, one.service]) === JSON.stringify([other.client, other.service]) &&
          is(other.isn.client, one.isn.client),
      ),
  );
};

const after =
  (first: (item: TimelineItem) => boolean, then: (item: TimelineItem) => boolean) => (scenario: Scenario) => {
    const at = scenario.timeline.findIndex(first);
    return at >= 0 && scenario.timeline.slice(at + 1).some(then);
  };

const isSegment = (item: TimelineItem) => item.kind === 'segment';

export const FEATURES: Readonly<Record<string, Feature>> = {
  ...NETWORK_FEATURES,
  'a SYN': { perMille: 700, in: flags(SYN) },
  'a SYN,ACK': { perMille: 465, in: flags(SYN | ACK) },
  'a FIN from the client': { perMille: 300, in: some((s) => s.from === 'client' && (s.flags & FIN) !== 0) },
  'a FIN from the server': { perMille: 200, in: some((s) => s.from === 'server' && (s.flags & FIN) !== 0) },
  'a RST from the client': { perMille: 150, in: some((s) => s.from === 'client' && (s.flags & RST) !== 0) },
  'a RST from the server': { perMille: 100, in: some((s) => s.from === 'server' && (s.flags & RST) !== 0) },
  'data from the server': { perMille: 200, in: some((s) => s.from === 'server' && s.length > 0) },
  'a null segment': { perMille: 3, in: flags(0) },
  'a xmas segment': { perMille: 3, in: some((s) => (s.flags & 0x29) === 0x29) },
  'SYN with FIN': { perMille: 3, in: some((s) => (s.flags & (SYN | FIN)) === (SYN | FIN)) },
  'SYN with RST': { perMille: 3, in: some((s) => (s.flags & (SYN | RST)) === (SYN | RST)) },
  'FIN without ACK': { perMille: 3, in: some((s) => (s.flags & (FIN | ACK)) === FIN) },
  'a retransmission': {
    perMille: 75,
    in: (one) => seen(one, (a, b) => a.seq === b.seq && a.length === b.length && b.length > 0),
  },
  'an overlap': {
    perMille: 5,
    in: (one) =>
      seen(one, (a, b) => b.length > 0 && b.seq < a.seq + a.length && b.seq + b.length > a.seq + a.length),
  },
  'a segment out of order': { perMille: 20, in: (one) => seen(one, (a, b) => b.seq < a.seq - 1) },
  'a negative sequence number': { perMille: 20, in: some(({ seq }) => seq < 0) },
  'a segment at the edge of a window': { perMille: 7, in: some(({ seq }) => Math.abs(seq - 64240) < 1000) },
  'a segment far out of any window': { perMille: 13, in: some(({ seq }) => seq > 1e6) },
  'an acknowledgement of the future': { perMille: 20, in: some(({ ack }) => ack > 60000) },
  'a stale acknowledgement': { perMille: 10, in: some(({ ack }) => ack < -1000) },
  'a bad checksum': { perMille: 30, in: some((s) => s.badChecksum === true) },
  'TTL 1': { perMille: 10, in: some((s) => s.ttl === 1) },
  'TTL 2': { perMille: 10, in: some((s) => s.ttl === 2) },
  'window 0 on an ACK': { perMille: 7, in: some((s) => s.window === 0 && s.flags === ACK) },
  'an answer of a named real server': { perMille: 20, in: some((s) => s.by !== undefined) },
  ...OPTION_FEATURES,
  'sequence numbers that wrap': {
    perMille: 100,
    in: ({ flows }) => Object.values(flows).some(({ isn }) => isn.client > 2 ** 32 - 3001),
  },
  'a port used again': { perMille: 150, in: reusing(() => true) },
  'a port used again with a lower isn': { perMille: 30, in: reusing((first, second) => second < first) },
  'one client port to two places': {
    perMille: 80,
    in: ({ flows }) => {
      const all = Object.values(flows);
      return all.some((one, i) =>
        all
          .slice(0, i)
          .some(
            (other) => one.client.port === other.client.port && one.service.address !== other.service.address,
          ),
      );
    },
  },
  'several flows': { perMille: 500, in: ({ flows }) => Object.keys(flows).length > 1 },
  'four flows': { perMille: 100, in: ({ flows }) => Object.keys(flows).length >= 4 },
  'no answers at all': {
    perMille: 100,
    in: ({ timeline }) => !timeline.some((item) => item.kind === 'segment' && item.from === 'server'),
  },
  'a flow to a VIP without a service': {
    perMille: 30,
    in: (one) =>
      Object.values(one.flows).some(
        (flow) => VIPS.includes(flow.service.address) && !isService(one, flow.service),
      ),
  },
  'a flow to the second VIP': { perMille: 200, in: flowsTo([VIPS[1]!]) },
  'a flow to a real server': { perMille: 50, in: flowsTo(REAL_SERVERS) },
  'a flow to the director itself': { perMille: 10, in: flowsTo(OWN) },
  'a flow from a real server': {
    perMille: 30,
    in: ({ flows }) => Object.values(flows).some(({ client }) => REAL_SERVERS.includes(client.address)),
  },
  'client port 20': {
    perMille: 20,
    in: ({ flows }) => Object.values(flows).some(({ client }) => client.port === 20),
  },
  ...SERVICE_FEATURES,
  'masq dests': { perMille: 500, in: dests(({ forward }) => forward === 'masq') },
  'droute dests': { perMille: 300, in: dests(({ forward }) => forward === 'droute') },
  'both in one service': {
    perMille: 80,
    in: services(({ dests }) => new Set(dests.map(({ forward }) => forward)).size === 2),
  },
  'another port behind the service': {
    perMille: 100,
    in: services(({ port, dests }) => dests.some((dest) => dest.port !== port)),
  },
  'weight 0': { perMille: 150, in: dests(({ weight }) => weight === 0) },
  'a large weight': { perMille: 150, in: dests(({ weight }) => weight > 255) },
  'no dests': { perMille: 80, in: services(({ dests }) => dests.length === 0) },
  'four dests': { perMille: 100, in: services(({ dests }) => dests.length === 4) },
  'scheduler rr': { perMille: 150, in: services(({ scheduler }) => scheduler === 'rr') },
  'scheduler wrr': { perMille: 150, in: services(({ scheduler }) => scheduler === 'wrr') },
  'scheduler lc': { perMille: 120, in: services(({ scheduler }) => scheduler === 'lc') },
  'scheduler wlc': { perMille: 150, in: services(({ scheduler }) => scheduler === 'wlc') },
  ...Object.fromEntries(
    (
      [
        ...([
          ['sed', 50],
          ['nq', 50],
          ['fo', 25],
          ['ovf', 50],
          ['sh', 80],
          ['dh', 25],
        ] as const),
        ...([
          ['mh', 80],
          ['lblc', 50],
          ['lblcr', 50],
        ] as const),
      ] as const
    ).map(([name, perMille]) => [
      `scheduler ${name}`,
      { perMille, in: services(({ scheduler }) => scheduler === name) },
    ]),
  ),
  ...Object.fromEntries(
    SCHEDULER_FLAGS.map((flag) => [
      `flag ${flag}`,
      { perMille: 30, in: services(({ schedFlags }) => schedFlags?.includes(flag) === true) },
    ]),
  ),
  'a persistent service': { perMille: 120, in: services(({ persistence }) => persistence !== undefined) },
  'persistence by network': {
    perMille: 50,
    in: services(({ persistence }) => persistence !== undefined && persistence.netmask !== 0xffffffff),
  },
  'a service for all ports': { perMille: 30, in: services(({ port }) => port === 0) },
  'a service on the port of FTP': { perMille: 30, in: services(({ port }) => port === 21) },
  'persistence edited': {
    perMille: 5,
    in: ({ timeline }) =>
      timeline.some(
        (item) =>
          item.kind === 'do' &&
          'op' in item.command &&
          item.command.op === 'edit-service' &&
          item.command.persistence !== undefined,
      ),
  },
  'an upper threshold': { perMille: 80, in: dests(({ upperThreshold }) => upperThreshold !== undefined) },
  'a lower threshold': { perMille: 40, in: dests(({ lowerThreshold }) => lowerThreshold !== undefined) },
  'a threshold edited': {
    perMille: 10,
    in: ({ timeline }) =>
      timeline.some(
        (item) =>
          item.kind === 'do' &&
          'op' in item.command &&
          item.command.op === 'edit-dest' &&
          item.command.dest.upperThreshold !== undefined,
      ),
  },
  'conntrack 1': { perMille: 300, in: sysctl('net.ipv4.vs.conntrack', 1) },
  'conntrack left alone': { perMille: 300, in: (one) => !sysctl('net.ipv4.vs.conntrack', 1)(one) },
  expire_nodest_conn: { perMille: 20, in: sysctl('net.ipv4.vs.expire_nodest_conn', 1) },
  'conn_reuse_mode 0': { perMille: 5, in: sysctl('net.ipv4.vs.conn_reuse_mode', 0) },
  'conn_reuse_mode 2': { perMille: 5, in: sysctl('net.ipv4.vs.conn_reuse_mode', 2) },
  sloppy_tcp: { perMille: 20, in: sysctl('net.ipv4.vs.sloppy_tcp', 1) },
  secure_tcp: { perMille: 3, in: sysctl('net.ipv4.vs.secure_tcp', 3) },
  'no forwarding': { perMille: 5, in: sysctl('net.ipv4.ip_forward', 0) },
  be_liberal: { perMille: 20, in: sysctl('net.netfilter.nf_conntrack_tcp_be_liberal', 1) },
  'not loose': { perMille: 20, in: sysctl('net.netfilter.nf_conntrack_tcp_loose', 0) },
  'a short conntrack timeout': {
    perMille: 20,
    in: sysctl('net.netfilter.nf_conntrack_tcp_timeout_established'),
  },
  'no rules': { perMille: 115, in: ({ director }) => director.rules.tables.length === 0 },
  'counting rules': {
    perMille: 250,
    in: rules((rule) => rule.target === undefined && rule.matches[0]?.kind === 'conntrack'),
  },
  'match tcp': { perMille: 200, in: match('tcp') },
  'match state': { perMille: 100, in: match('state') },
  'match multiport': { perMille: 50, in: match('multiport') },
  'match mark': { perMille: 50, in: match('mark') },
  'an address in a rule': {
    perMille: 100,
    in: rules((rule) => rule.source !== undefined || rule.destination !== undefined),
  },
  'a device in a rule': {
    perMille: 100,
    in: rules((rule) => rule.inInterface !== undefined || rule.outInterface !== undefined),
  },
  'an inverted condition': {
    perMille: 50,
    in: rules((rule) => rule.matches.some((one) => 'inverted' in one && one.inverted)),
  },
  'match connmark': { perMille: 30, in: match('connmark') },
  'match length': { perMille: 15, in: match('length') },
  'match ttl': { perMille: 15, in: match('ttl') },
  'match iprange': { perMille: 10, in: match('iprange') },
  'match comment': { perMille: 5, in: match('comment') },
  'hundreds of rules': {
    perMille: 0.5,
    in: ({ director }) =>
      director.rules.tables.some(({ chains }) => chains.some(({ rules }) => rules.length > 100)),
  },
  'a rule about GRE or IPIP': {
    perMille: 10,
    in: rules(({ protocol }) => protocol?.protocol === 'gre' || protocol?.protocol === 'ipencap'),
  },
  'a rule about a protocol without a name': {
    perMille: 10,
    in: rules(({ protocol }) => typeof protocol?.protocol === 'number'),
  },
  'ports of SCTP in a rule': {
    perMille: 10,
    in: rules(
      ({ protocol, matches }) =>
        protocol?.protocol === 'sctp' && matches.some(({ kind }) => kind === 'multiport'),
    ),
  },
  'a rule about VRRP': { perMille: 10, in: rules(({ protocol }) => protocol?.protocol === 'vrrp') },
  'a rule of table filter for one VIP': {
    perMille: 5,
    in: rules(
      ({ destination, target }) =>
        target?.kind === 'RETURN' && VIPS.some((vip) => vip === destination?.address),
    ),
  },
  'match udp': { perMille: 5, in: match('udp') },
  'match icmp': { perMille: 5, in: match('icmp') },
  'match tos or dscp': {
    perMille: 5,
    in: rules((rule) => rule.matches.some(({ kind }) => kind === 'tos' || kind === 'dscp')),
  },
  'match tcpmss': { perMille: 5, in: match('tcpmss') },
  'match addrtype': { perMille: 5, in: match('addrtype') },
  'match limit': { perMille: 5, in: match('limit') },
  'table security': { perMille: 5, in: table('security') },
  TOS: { perMille: 3, in: target('TOS') },
  DSCP: { perMille: 2, in: target('DSCP') },
  TCPMSS: { perMille: 5, in: target('TCPMSS') },
  NFLOG: { perMille: 5, in: target('NFLOG') },
  'match ipvs': { perMille: 30, in: match('ipvs') },
  'conntrack beyond states': {
    perMille: 50,
    in: rules((rule) => rule.matches.some((one) => one.kind === 'conntrack' && one.asks !== undefined)),
  },
  'table mangle': { perMille: 80, in: table('mangle') },
  'table raw': { perMille: 20, in: table('raw') },
  ...NAT_FEATURES,
  MARK: { perMille: 50, in: target('MARK') },
  CONNMARK: { perMille: 50, in: target('CONNMARK') },
  'CT --notrack': { perMille: 20, in: target('CT') },
  LOG: { perMille: 20, in: target('LOG') },
  ACCEPT: { perMille: 200, in: target('ACCEPT') },
  DROP: { perMille: 200, in: target('DROP') },
  RETURN: { perMille: 30, in: target('RETURN') },
  REJECT: { perMille: 100, in: target('REJECT') },
  'REJECT with a reset': {
    perMille: 20,
    in: rules(({ target }) => target?.kind === 'REJECT' && target.with === 'tcp-reset'),
  },
  jump: { perMille: 80, in: target('jump') },
  goto: { perMille: 30, in: target('goto') },
  'policy DROP': {
    perMille: 100,
    in: ({ director }) =>
      director.rules.tables.some(({ chains }) => chains.some(({ policy }) => policy === 'DROP')),
  },
  'a wait under a second': { perMille: 100, in: waits(1, 999) },
  'a wait around 10 s': { perMille: 50, in: waits(9_000, 11_000) },
  'a wait around a minute': { perMille: 100, in: waits(59_000, 81_000) },
  'a wait around two minutes': { perMille: 100, in: waits(119_000, 141_000) },
  'a wait around 300 s': { perMille: 30, in: waits(299_000, 321_000) },
  'a wait around 900 s': { perMille: 20, in: waits(899_000, 921_000) },
  'a segment after a long wait': {
    perMille: 100,
    in: after((item) => item.kind === 'wait' && item.ms > 60_000, isSegment),
  },
  'a segment after a command': { perMille: 300, in: after((item) => item.kind === 'do', isSegment) },
  ...Object.fromEntries(
    [
      ['add-service', 20],
      ['edit-service', 20],
      ['delete-service', 20],
      ['add-dest', 40],
      ['edit-dest', 100],
      ['delete-dest', 50],
      ['set-timeouts', 20],
      ['append', 10],
      ['insert', 20],
      ['replace', 10],
      ['delete', 10],
      ['flush', 5],
      ['policy', 10],
      ['sysctl', 40],
      ['conntrack', 20],
    ].map(([op, perMille]) => [`command ${op}`, { perMille: perMille as number, in: command(op as string) }]),
  ),
};
