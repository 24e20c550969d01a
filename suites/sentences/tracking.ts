import type { ConnectionRow, ConntrackRow, Observation, TupleRow } from '../../spec/observation.ts';
import { ACK, parseTcpHeader, RST, SYN } from '../../spec/wire/tcp.ts';
import { answeredBy, connectionOf, isSameConnection, type Moment, methodOf, rulesMet } from './play.ts';
import {
  all,
  COUNTING_STATES,
  type Sentence,
  STATES,
  unanswered,
  withRules,
  withSysctls,
} from './sentence.ts';

const UNTRACKED = all(withRules(COUNTING_STATES), withSysctls({ 'net.ipv4.vs.conntrack': 0 }));
const MASQUERADING = '*nat\n-A POSTROUTING -o eth1 -j MASQUERADE\nCOMMIT\n';

/** What connection tracking makes of IPVS. */
export const TRACKING: readonly Sentence[] = [
  {
    id: 'untracked-never-established',
    says: 'With vs/conntrack=0 no packet of a masqueraded connection is ESTABLISHED in INPUT, OUTPUT or FORWARD.',
    reports: ['howto-klein-new-only-nat', 'howto-nfct-state-match', 'howto-badea-last-finack'],
    claim: 'ipvs/masq',
    given: UNTRACKED,
    holds: (moment) => {
      const row = ofMasquerading(moment);
      if (!row || isKnownOtherwise(row, moment.before)) return undefined;
      return !['INPUT', 'OUTPUT', 'FORWARD'].some((chain) =>
        statesSeen(moment, chain).includes('ESTABLISHED'),
      );
    },
    broken: 'ipvs-always-tracked',
  },
  {
    id: 'untracked-leaves-no-entry',
    says: 'With vs/conntrack=0 a packet of a masqueraded connection leaves no entry behind, if it was not INVALID as it came.',
    reports: ['howto-badea-unreplied-from-rip'],
    claim: 'ipvs/masq',
    given: UNTRACKED,
    holds: (moment) => {
      const row = ofMasquerading(moment);
      if (isInvalid(moment)) return undefined;
      const had = moment.before.conntrack.map(({ original }) => JSON.stringify(original));
      return (
        row && entriesOf(row, moment.after).every(({ original }) => had.includes(JSON.stringify(original)))
      );
    },
    broken: 'ipvs-replies-tracked',
  },
  {
    id: 'untracked-passes-nat',
    says: 'With vs/conntrack=0 table nat never sees what IPVS sends to real servers, if it was not INVALID as it came.',
    reports: ['masquerade-behind-ipvs'],
    claim: 'ipvs/masq',
    given: all(withRules(MASQUERADING + COUNTING_STATES), withSysctls({ 'net.ipv4.vs.conntrack': 0 })),
    holds: (moment) => {
      const row = moment.sent && connectionOf(moment.sent, moment.after);
      if (!row || servesFtp(moment) || methodOf(row, moment) !== 'Masq' || isInvalid(moment))
        return undefined;
      return !rulesMet(moment, 'nat', 'POSTROUTING').includes(1);
    },
    broken: 'ipvs-always-tracked',
  },
  {
    id: 'one-sided-is-invalid',
    says: 'With vs/conntrack=1 all but SYNs is INVALID of a connection whose real server is not heard.',
    reports: [
      ...['howto-ratz-dr-window-tracking', 'howto-tesink-active-conn-explosion'],
      ...['howto-wierenga-host-prohibited', 'howto-nfct-state-match'],
    ],
    claim: 'ipvs/droute',
    given: all(unanswered, withRules(COUNTING_STATES), withSysctls({ 'net.ipv4.vs.conntrack': 1 })),
    holds: (moment) => {
      const { sent, before } = moment;
      const row = sent && connectionOf(sent, before);
      const flags = row?.protocol === 'TCP' ? (parseTcpHeader(sent!.payload)?.flags ?? 0) : 0;
      const waits = row && entriesOf(row, before).find(({ state }) => state === 'SYN_SENT');
      if (!row || row.expires < 2 || methodOf(row, moment) !== 'Route') return undefined;
      if (!waits?.unreplied || waits.timeout < 2 || (flags & (SYN | ACK | RST)) !== ACK) return undefined;
      return statesSeen(moment, 'INPUT').join() === 'INVALID';
    },
    broken: 'conntrack-ack-opens',
  },
];

/** The connection of the packet that was sent, if it is masqueraded and still is there. */
function ofMasquerading(moment: Moment): ConnectionRow | undefined {
  const { sent, before, after } = moment;
  const row = sent && (connectionOf(sent, before) ?? answeredBy(sent, before));
  if (!row || servesFtp(moment) || methodOf(row, moment) !== 'Masq') return undefined;
  return after.connections.some((one) => isSameConnection(one, row)) ? row : undefined;
}

/** FTP's connections are always tracked, and those that it announces. */
const servesFtp = ({ before }: Moment): boolean => before.services.some(({ port }) => port === 21);

/** Nobody takes the connection of such a packet away, since it has none: behind IPVS it is looked at anew. */
const isInvalid = (moment: Moment): boolean =>
  ['INPUT', 'FORWARD'].some((chain) => statesSeen(moment, chain).includes('INVALID'));

function statesSeen(moment: Moment, chain: string): readonly string[] {
  return rulesMet(moment, 'filter', chain).map((rule) => STATES[rule - 1]!);
}

/** The entries that name the client's end. */
function entriesOf(
  { client, clientPort }: ConnectionRow,
  { conntrack }: Observation,
): readonly ConntrackRow[] {
  const names = ({ src, sport, dst, dport }: TupleRow): boolean =>
    (src === client && sport === clientPort) || (dst === client && dport === clientPort);
  return conntrack.filter(({ original, reply }) => names(original) || names(reply));
}

/** The client speaks to somebody else from the same port, or did before there was a service. */
function isKnownOtherwise(row: ConnectionRow, before: Observation): boolean {
  return entriesOf(row, before).some(({ original, reply }) => original.dst === reply.src);
}
