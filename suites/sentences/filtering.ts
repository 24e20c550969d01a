import { isPacket } from '../../spec/scenario.ts';
import { answeredBy, connectionOf, methodOf, rulesMet } from './play.ts';
import {
  all,
  COUNTING_STATES,
  fromOutside,
  type Sentence,
  unanswered,
  withRules,
  withSysctls,
} from './sentence.ts';

const filter = (...lines: readonly string[]): string => ['*filter', ...lines, 'COMMIT', ''].join('\n');
const CLOSED = filter(':INPUT DROP [0:0]');
const NEW_ONLY = filter(':INPUT DROP [0:0]', '-A INPUT -p tcp -m state --state NEW -j ACCEPT');
const VIPS_IN_FORWARD = filter('-A FORWARD -s VIP', '-A FORWARD -s VIP2');

/** Where a firewall meets IPVS. */
export const FILTERING: readonly Sentence[] = [
  {
    id: 'input-comes-first',
    says: 'Behind an INPUT that drops everything IPVS has no connection and counts none.',
    reports: ['howto-filter-before-ipvs', 'reject-tcp-reset-cleans-conntrack'],
    claim: 'filter/verdicts',
    given: all(fromOutside, withRules(CLOSED)),
    holds: ({ sent, before, after }) => {
      const called = before.services.some(({ address }) => address === sent?.header.destination);
      const counted = after.services.flatMap(({ dests }) =>
        dests.map((one) => one.activeConn + one.inActConn),
      );
      return called ? after.connections.length === 0 && counted.every((count) => count === 0) : undefined;
    },
    broken: 'filter-input-open',
  },
  {
    id: 'new-only-never-closes',
    says: 'Where INPUT accepts only NEW no directly routed connection is ever seen to close.',
    reports: ['howto-tesink-active-conn-explosion'],
    claim: 'ipvs/droute',
    given: all(
      fromOutside,
      unanswered,
      withRules(NEW_ONLY),
      withSysctls({ 'net.ipv4.vs.conntrack': 0, 'net.ipv4.vs.secure_tcp': 0 }),
    ),
    holds: (moment) => {
      const { item, after } = moment;
      const routed = after.connections.filter(
        (row) => row.protocol === 'TCP' && row.clientPort > 0 && methodOf(row, moment) === 'Route',
      );
      if (!isPacket(item) || routed.length === 0) return undefined;
      return routed.every(({ state }) => state === 'SYN_RECV' || state === 'ESTABLISHED');
    },
    broken: 'filter-input-open',
  },
  {
    id: 'output-sees-requests',
    says: 'What IPVS sends to a real server passes OUTPUT, by whichever method.',
    reports: ['howto-path-of-a-packet', 'howto-badea-last-finack'],
    claim: 'ipvs/service-lookup',
    given: withRules(COUNTING_STATES),
    holds: (moment) => {
      const row = moment.sent && connectionOf(moment.sent, moment.after);
      const { protocol } = moment.sent?.header ?? {};
      if (!row || !moment.left.some(({ link, header }) => link === 'server' && header.protocol === protocol))
        return undefined;
      return rulesMet(moment, 'filter', 'OUTPUT').length > 0;
    },
    broken: 'filter-output-skipped',
  },
  {
    id: 'forward-sees-real-servers',
    says: 'FORWARD sees what masqueraded real servers answer in their own name, whatever leaves.',
    reports: ['howto-path-of-a-packet', 'howto-tcpdump-sees-both', 'howto-filter-before-ipvs'],
    claim: 'ipvs/masq',
    given: withRules(VIPS_IN_FORWARD),
    holds: (moment) => {
      const row = moment.sent && answeredBy(moment.sent, moment.before);
      if (!row || !moment.left.some(({ header }) => header.source === row.virtual)) return undefined;
      return rulesMet(moment, 'filter', 'FORWARD').length === 0;
    },
    broken: 'filter-after-ipvs',
  },
];
