import { unusualMtu, withMtu } from '../../spec/config/topology.ts';
import type { ConnectionRow, Observation } from '../../spec/observation.ts';
import { isPacket, type Scenario } from '../../spec/scenario.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  ICMP_HEADER_BYTES,
  icmpChecksumIsRight,
} from '../../spec/wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_IPIP, PROTOCOL_TCP, parseIpv4Header, word } from '../../spec/wire/ipv4.ts';
import { textOf } from '../../spec/wire/latin1.ts';
import { parseTcp, parseTcpHeader, RST } from '../../spec/wire/tcp.ts';
import { answeredBy, connectionOf, type Moment, methodOf, type Packet } from './play.ts';
import {
  all,
  COUNTING_STATES,
  fromOutside,
  type Sentence,
  unedited,
  withoutRouting,
  withRules,
  withSysctls,
} from './sentence.ts';

const UNFILTERED = withRules(COUNTING_STATES);

/** What leaves a director, and whom it tells what. */
export const SENDING: readonly Sentence[] = [
  {
    id: 'one-hop-is-one-hop',
    says: 'What passes IPVS leaves with a TTL of one less, both ways and by whichever method.',
    reports: ['howto-dr-ip-forward-ttl', 'howto-tcpdump-sees-both'],
    claim: 'ipvs/masq',
    given: UNFILTERED,
    holds: (moment) => {
      const { sent, left, before } = moment;
      const [only, ...others] = left;
      const row = sent && (connectionOf(sent, before) ?? answeredBy(sent, before));
      const method = row && methodOf(row, moment);
      if (!only || others.length > 0 || (method !== 'Masq' && method !== 'Route')) return undefined;
      if (only.header.protocol !== sent!.header.protocol || only.length !== sent!.length) return undefined;
      // A reset of the director's own, where the connection is gone by now.
      if (only.header.destination === sent!.header.source) return undefined;
      return only.header.ttl === sent!.header.ttl - 1;
    },
    broken: 'ipvs-reply-ttl',
  },
  {
    id: 'too-big-for-the-tunnel',
    says: 'Of a packet with DF that is too big for its tunnel the client is told, and the real server gets nothing.',
    reports: ['tun-frag-needed-1500', 'howto-icmp-frag-needed', 'howto-lvs-mtu-frag-needed'],
    claim: 'ipvs/tunnel',
    among: 90,
    given: all(UNFILTERED, narrow, withSysctls({ 'net.ipv4.vs.pmtu_disc': 1 })),
    holds: (moment) => {
      const { scenario, sent, left, before } = moment;
      const row = sent && connectionOf(sent, before);
      if (!row || methodOf(row, moment) !== 'Tunnel' || !sent.header.dontFragment) return undefined;
      const { topology } = scenario.director;
      const there = topology.hosts.find(({ address }) => address === row.dest);
      const most = unusualMtu(topology)[there?.link ?? 'server'] ?? 1500;
      if (!there || row.expires < 2 || sent.header.ttl < 2 || sent.length + 20 <= most) return undefined;
      const [error, ...others] = left;
      if (!error || others.length > 0 || !isFragNeeded(error)) return false;
      return error.header.destination === row.client && word(error.payload, 6) <= most - 20;
    },
    broken: 'tunnel-room-forgotten',
  },
  {
    id: 'tunnel-errors-are-told',
    says: 'Whoever sends packets with DF is told what somebody within an IPIP tunnel says that it takes.',
    reports: ['gue-gre-frag-needed-relay'],
    claim: 'icmp/tunnels',
    among: 150,
    given: all(UNFILTERED, unedited, withoutRouting, fromOutside, complaining),
    holds: (moment) => {
      const { sent, left, before } = moment;
      const row = sent && isFragNeeded(sent) ? quotedConnection(sent, before) : undefined;
      if (!row || row.expires < 2 || methodOf(row, moment) !== 'Tunnel' || !isPlainTunnel(row, moment))
        return undefined;
      return left.some((one) => isFragNeeded(one) && one.header.destination === row.client);
    },
    broken: 'tunnel-error-kept',
  },
  {
    id: 'unwanted-is-not-forwarded',
    says: 'With nat_icmp_send=1 what a masqueraded real server sends to nobody is answered, if anything, and not forwarded.',
    reports: ['howto-unknown-rs-reply-unreach'],
    claim: 'ipvs/unwanted-answers',
    given: all(UNFILTERED, unedited, withSysctls({ 'net.ipv4.vs.nat_icmp_send': 1 })),
    holds: (moment) => {
      const { sent, left } = moment;
      if (!sent || !isUnwanted(moment, sent)) return undefined;
      return left.every(
        ({ header }) => header.protocol === PROTOCOL_ICMP && header.destination === sent.header.source,
      );
    },
    broken: 'unwanted-ignored',
  },
  {
    id: 'ftp-names-the-service',
    says: 'Where a masqueraded FTP server says in one line where to call, the client reads the virtual address.',
    reports: ['howto-nfct-ftp-related', 'ftp-related-under-ct0'],
    claim: 'ftp/ipvs',
    among: 150,
    given: UNFILTERED,
    holds: (moment) => {
      const { sent, left, before } = moment;
      const row = sent && answeredBy(sent, before);
      if (!isAskedFor(moment) || row?.virtualPort !== 21 || row.state !== 'ESTABLISHED' || row.expires < 2)
        return undefined;
      if (methodOf(row, moment) !== 'Masq' || !passiveEnd(sent!).startsWith(`${named(row.dest)},`))
        return undefined;
      return left.every((one) => passiveEnd(one).startsWith(`${named(row.virtual)},`));
    },
    broken: 'ftp-answers-unread',
  },
];

/** The servers' link takes less than the clients'. */
function narrow({ director, ...scenario }: Scenario): Scenario {
  return { ...scenario, director: { ...director, topology: withMtu(director.topology, { server: 576 }) } };
}

/** Whatever is wrong on the servers' side, it is that packets are too big which must stay whole. */
function complaining({ timeline, ...scenario }: Scenario): Scenario {
  return {
    ...scenario,
    timeline: timeline.map((item) => {
      if (item.kind === 'segment') return { ...item, mayFragment: false };
      if (item.kind !== 'icmp' || item.from !== 'server') return item;
      return { kind: 'icmp', flow: item.flow, from: 'server', type: 3, code: 4, mtu: 1300 };
    }),
  };
}

const named = (address: number): string => formatIpv4(address).replaceAll('.', ',');

const PASSIVE = /^227 Entering Passive Mode \(((?:\d{1,3},){5}\d{1,3})\)\.?\r\n$/;

/** `192,168,1,11,40,1` of a whole line that says so; '' of anything else. */
function passiveEnd({ header, payload }: Packet): string {
  const segment = header.protocol === PROTOCOL_TCP ? parseTcp(payload) : undefined;
  const [, numbers = ''] = PASSIVE.exec(segment ? textOf(segment.payload) : '') ?? [];
  return numbers.split(',').every((number) => Number(number) < 256) ? numbers : '';
}

/** The last that anybody said was the client's PASV, and the director knew the connection then. */
function isAskedFor({ item, earlier }: Moment): boolean {
  const said = earlier.findLast(
    (one) =>
      one.item.kind === 'segment' && isPacket(item) && one.item.flow === item.flow && one.item.length > 0,
  );
  const { item: last, sent } = said ?? {};
  if (last?.kind !== 'segment' || last.from !== 'client' || last.text !== 'PASV\r\n' || !sent) return false;
  return connectionOf(sent, said!.before)?.state === 'ESTABLISHED';
}

function isFragNeeded({ header, payload }: Packet): boolean {
  return (
    header.protocol === PROTOCOL_ICMP &&
    payload[0] === ICMP_DEST_UNREACH &&
    payload[1] === ICMP_FRAG_NEEDED &&
    icmpChecksumIsRight(payload)
  );
}

/** The connection whose packet an error quotes, within an outer header, if that must stay whole. */
function quotedConnection({ payload }: Packet, { connections }: Observation): ConnectionRow | undefined {
  const outer = parseIpv4Header(payload, ICMP_HEADER_BYTES);
  const inner = outer?.protocol === PROTOCOL_IPIP && parseIpv4Header(payload, ICMP_HEADER_BYTES + 20);
  const ports = ICMP_HEADER_BYTES + 40;
  if (!inner || payload.length < ports + 8 || inner.fragmentOffset !== 0 || !inner.dontFragment)
    return undefined;
  return connections.find(
    (row) =>
      row.dest === outer.destination &&
      row.client === inner.source &&
      row.clientPort === word(payload, ports) &&
      row.virtual === inner.destination &&
      row.virtualPort === word(payload, ports + 2),
  );
}

/** All tunnels to there are IPIP: the kernel asks the one that it finds first. */
function isPlainTunnel({ dest }: ConnectionRow, { scenario }: Moment): boolean {
  return scenario.director.services.every(({ dests }) =>
    dests.every(({ address, encapsulation }) => address !== dest || encapsulation === undefined),
  );
}

/** It comes from where a masqueraded real server serves, and belongs to nothing. */
function isUnwanted({ scenario, item, before, after }: Moment, sent: Packet): boolean {
  const { ports, header, payload } = sent;
  if (!isPacket(item) || item.from !== 'server' || !ports || header.moreFragments) return false;
  const name = header.protocol === PROTOCOL_TCP ? 'tcp' : 'udp';
  const serves = scenario.director.services.some(
    ({ protocol, dests }) =>
      protocol === name &&
      dests.some((d) => d.forward === 'masq' && d.address === header.source && d.port === ports.source),
  );
  const resets = name === 'tcp' && ((parseTcpHeader(payload)?.flags ?? RST) & RST) !== 0;
  return serves && !resets && !answeredBy(sent, before) && !answeredBy(sent, after);
}
