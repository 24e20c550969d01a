import type { ConnectionRow, Observation, ServiceRow } from '../../spec/observation.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { FIN, parseTcpHeader, RST, SYN } from '../../spec/wire/tcp.ts';
import { connectionOf, destOf, isSameConnection, type Moment, methodOf } from './play.ts';
import {
  all,
  COUNTING_STATES,
  fromOutside,
  type Sentence,
  unanswered,
  unedited,
  withRules,
  withSysctls,
} from './sentence.ts';

/** Who gets connections, and how they are counted. */
export const BALANCING: readonly Sentence[] = [
  {
    id: 'fin-makes-inactive',
    says: "A client's FIN that IPVS sees makes a directly routed connection inactive at once.",
    reports: ['howto-tesink-active-conn-explosion'],
    claim: 'ipvs/droute',
    among: 80,
    given: all(
      unedited,
      fromOutside,
      unanswered,
      withRules(COUNTING_STATES),
      withSysctls({ 'net.ipv4.vs.secure_tcp': 0 }),
    ),
    holds: (moment) => {
      const { sent, before, after } = moment;
      const row = sent && connectionOf(sent, before);
      if (row?.protocol !== 'TCP' || row.state !== 'ESTABLISHED' || row.expires < 2) return undefined;
      const flags = parseTcpHeader(sent!.payload)?.flags ?? 0;
      if (methodOf(row, moment) !== 'Route' || (flags & (FIN | SYN | RST)) !== FIN) return undefined;
      return after.connections.find((one) => isSameConnection(one, row))?.state === 'FIN_WAIT';
    },
    broken: 'ipvs-input-only-forgotten',
  },
  {
    id: 'counts-are-connections',
    says: 'ActiveConn and InActConn of a dest are as many as it has connections.',
    reports: ['howto-tesink-active-conn-explosion', 'moby-31208-idle-900', 'weight-zero-still-scheduled'],
    claim: 'ipvs/counters',
    given: unedited,
    holds: ({ after }) => {
      const plain = after.services.filter((service) => isPlain(service, after));
      const dests = plain.flatMap((service) => service.dests.map((dest) => ({ service, dest })));
      if (after.connections.length === 0 || dests.length === 0) return undefined;
      return dests.every(({ service, dest }) => {
        const rows = after.connections.filter(
          (row) => serves(service, row) && row.dest === dest.address && row.destPort === dest.port,
        );
        return dest.activeConn + dest.inActConn === rows.length;
      });
    },
    broken: 'ipvs-leaks-on-expiry',
  },
  {
    id: 'weight-zero-gets-none',
    says: 'A dest of weight 0 gets no new connection of a service that is not persistent.',
    reports: ['weight-zero-still-scheduled', 'k8s-99162-weight0-graceful'],
    claim: 'ipvs/schedulers',
    given: leastConnectionsOfTheRest,
    holds: (moment) => {
      const row = begun(moment);
      const service = row && moment.before.services.find((one) => serves(one, row));
      if (!row || !service || !isPlain(service, moment.before)) return undefined;
      if (!service.dests.some(({ weight }) => weight === 0)) return undefined;
      return destOf(row, { ...moment.before, services: [service] })?.weight !== 0;
    },
    broken: 'sched-quiesced-chosen',
  },
  {
    id: 'threshold-is-kept',
    says: 'A dest never has more connections than its upper threshold, unless a template or lblc remembers it.',
    reports: ['ipvs-overload-flag-on-edit'],
    claim: 'ipvs/thresholds',
    given: unedited,
    holds: ({ scenario, after }) => {
      const limited = scenario.director.services.flatMap(
        ({ address, port, persistence, scheduler, dests }) =>
          persistence || port === 21 || scheduler.startsWith('lblc')
            ? []
            : dests.map((dest) => ({ ...dest, of: { address, port } })),
      );
      const counts = limited.flatMap(({ of, address, port, upperThreshold = 0 }) => {
        const service = after.services.find((one) => one.address === of.address && one.port === of.port);
        const row = service?.dests.find((one) => one.address === address && one.port === port);
        const count = row ? row.activeConn + row.inActConn : 0;
        return upperThreshold > 0 && count > 0 ? [{ count, upperThreshold }] : [];
      });
      if (counts.length === 0) return undefined;
      return counts.every(({ count, upperThreshold }) => count <= upperThreshold);
    },
    broken: 'threshold-one-more',
  },
  {
    id: 'persistence-keeps-the-server',
    says: 'New connections of a client to a persistent service go to the one dest that its template names.',
    reports: ['howto-fwmark-before-accept', 'howto-kay-fwmark-order', 'howto-example-firewall'],
    claim: 'ipvs/persistence',
    among: 60,
    given: unedited,
    holds: (moment) => {
      const row = begun(moment);
      const templates = row ? templatesOf(row, moment.before) : [];
      const [template] = templates;
      if (!row || !template || templates.length > 1 || template.expires < 2) return undefined;
      const dest = destOf(template, moment.before);
      if (!dest || dest.weight === 0) return undefined;
      return row.dest === template.dest;
    },
    broken: 'persistence-forgotten',
  },
  {
    id: 'one-packet-is-forgotten',
    says: 'A one-packet service counts no connection, however much it is called.',
    reports: ['k8s-110814-udp-sticks'],
    claim: 'ipvs/one-packet',
    given: unedited,
    holds: ({ sent, after }) => {
      const called = after.services.find(
        ({ address, port, flags }) =>
          flags.includes('ops') && address === sent?.header.destination && port === sent.ports?.destination,
      );
      return called?.dests.every(({ activeConn, inActConn }) => activeConn + inActConn === 0);
    },
    broken: 'one-packet-leaks',
  },
];

/** Services by lc, of which the first dest rests. */
function leastConnectionsOfTheRest({ director, ...scenario }: Scenario): Scenario {
  const services = director.services.map(({ schedFlags: _, dests: [first, ...others], ...service }) => ({
    ...service,
    scheduler: 'lc' as const,
    dests: first ? [{ ...first, weight: 0 }, ...others] : [],
  }));
  return { ...scenario, director: { ...director, services } };
}

/** The connection that the packet has begun. */
function begun({ sent, before, after }: Moment): ConnectionRow | undefined {
  const row = sent && connectionOf(sent, after);
  return row && before.connections.some((one) => isSameConnection(one, row)) ? undefined : row;
}

/** Connections go to the service by their address alone, and no other connection brings them along. */
function isPlain({ protocol, address, port, flags }: ServiceRow, { services }: Observation): boolean {
  const unmarked = services.every((one) => one.protocol !== 'FWM');
  const alone = services.filter((one) => one.address === address).every((one) => one.port !== 0);
  return unmarked && alone && flags === '' && protocol !== 'FWM' && ![20, 21].includes(port);
}

function serves({ protocol, address, port }: ServiceRow, row: ConnectionRow): boolean {
  return row.protocol === protocol && row.virtual === address && row.virtualPort === port;
}

/** Of templates that remember single clients; a name for many of them is another address. */
function templatesOf(row: ConnectionRow, { services, connections }: Observation): readonly ConnectionRow[] {
  if (services.some(({ protocol }) => protocol === 'FWM')) return [];
  const port = services.some((service) => serves(service, row)) ? row.virtualPort : 0;
  return connections.filter(
    ({ protocol, client, clientPort, virtual, virtualPort }) =>
      (protocol === row.protocol || protocol === 'IP') &&
      client === row.client &&
      clientPort === 0 &&
      virtual === row.virtual &&
      virtualPort === port,
  );
}
