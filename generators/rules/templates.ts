import fc from 'fast-check';
import type { CtState, Match, Rule, Ruleset } from '../../spec/config/rules.ts';
import { parseIpv4 } from '../../spec/wire/address.ts';
import { ACK, FIN, RST, SYN } from '../../spec/wire/tcp.ts';
import { servicePort, VIPS } from '../addresses.ts';
import {
  ACCEPT,
  anyRule,
  ctstate,
  DROP,
  dport,
  dportSyn,
  filterTable,
  host,
  sport,
  state,
  TCP,
  tcpRule,
} from './write.ts';

/** What a firewall found in the field leaves to choose. */
export interface TemplateChoice {
  readonly port: number;
  /** The one detail that these firewalls differ in: what it does stands at each. */
  readonly variant: boolean;
}

const RELATED: readonly CtState[] = ['RELATED', 'ESTABLISHED'];
const DEALT_WITH: readonly CtState[] = ['NEW', 'ESTABLISHED', 'RELATED'];
/** Pings, and the errors that nobody can do without. */
const PINGS: readonly Rule[] = [
  { type: 8, first: 0, last: 255 },
  { type: 3, first: 0, last: 255 },
].map((message) => ({
  protocol: { protocol: 'icmp', inverted: false },
  matches: [{ kind: 'icmp', ...message, inverted: false }],
  target: ACCEPT,
}));

const udpRule = (port: number): Rule => ({
  protocol: { protocol: 'udp', inverted: false },
  matches: [{ kind: 'udp', dport: { first: port, last: port, inverted: false } }],
  target: ACCEPT,
});

/** Where directors hear of each other. */
const VRRP_GROUP = parseIpv4('224.0.0.18')!;
const vrrp: Rule = { protocol: { protocol: 'vrrp', inverted: false }, matches: [], target: ACCEPT };

const dropInvalid: Rule = anyRule(DROP, ctstate('INVALID'));

/** Firewalls that people ran beside an LVS director and wrote to the lists about. */
export const TEMPLATES: Readonly<Record<string, (choice: TemplateChoice) => Ruleset>> = {
  /** Connections pile up, since a FIN is not NEW. Variant: without the state, which cures it. */
  newOnly: ({ port, variant }) => {
    const rule = variant ? tcpRule(ACCEPT, dport(port)) : tcpRule(ACCEPT, dport(port), state('NEW'));
    return filterTable({ INPUT: [rule] }, { INPUT: 'DROP' });
  },

  /** The handshake fails under masquerading. Variant: the same with RELATED,ESTABLISHED in INPUT. */
  newInEstablishedOut: ({ port, variant }) => {
    const established = anyRule(ACCEPT, state(...RELATED));
    const fresh = tcpRule(ACCEPT, dport(port), state('NEW'));
    return filterTable(
      { INPUT: variant ? [established, fresh] : [fresh], FORWARD: [established] },
      { INPUT: 'DROP', FORWARD: 'DROP' },
    );
  },

  /** Long sessions die of ICMP 3/10. Variant: NEW needs no SYN. */
  hostProhibited: ({ port, variant }) => {
    const fresh = variant ? dport(port) : dportSyn(port);
    const refuse = anyRule({ kind: 'REJECT', with: 'icmp-host-prohibited' });
    return filterTable({
      INPUT: [anyRule(ACCEPT, state(...RELATED)), tcpRule(ACCEPT, state('NEW'), fresh), refuse],
    });
  },

  /** The usual advice. Variant: in OUTPUT too. */
  dropInvalid: ({ variant }) =>
    filterTable({ INPUT: [dropInvalid], FORWARD: [dropInvalid], ...(variant && { OUTPUT: [dropInvalid] }) }),

  /** The last FIN is lost in OUTPUT. Variant: UNTRACKED may leave, so INPUT is where it is lost. */
  statefulOutput: ({ variant }) => {
    const leaving = variant ? [...DEALT_WITH, 'UNTRACKED' as const] : DEALT_WITH;
    return filterTable(
      { INPUT: [anyRule(ACCEPT, state(...DEALT_WITH))], OUTPUT: [anyRule(ACCEPT, state(...leaving))] },
      { INPUT: 'DROP', OUTPUT: 'DROP' },
    );
  },

  /** Only what is known may leave, and nobody thought of tunnels. Variant: what is known by its state too. */
  knownOut: ({ variant }) => {
    const known = variant ? [anyRule(ACCEPT, state(...RELATED))] : [];
    const refuse = anyRule({ kind: 'REJECT', with: 'icmp-admin-prohibited' });
    return filterTable({ OUTPUT: [...known, tcpRule(ACCEPT), ...PINGS, refuse] });
  },

  /** One port is closed to new packets. Variant: without a word. */
  closedPort: ({ port, variant }) =>
    filterTable({ INPUT: [tcpRule(variant ? DROP : { kind: 'REJECT', with: 'tcp-reset' }, dport(port))] }),

  /** Sessions that run are cut. Variant: by what their servers send. */
  cutSessions: ({ port, variant }) => {
    const cut = tcpRule(
      { kind: 'REJECT', with: 'tcp-reset' },
      variant ? sport(port) : dport(port),
      state('ESTABLISHED'),
    );
    return filterTable({ [variant ? 'FORWARD' : 'INPUT']: [cut] });
  },

  /** A production firewall: odd flags are logged and dropped, then connections, then the service. Variant: without a state. */
  oddFlags: ({ port, variant }) => {
    const odd = (mask: number, set: number): Rule[] => {
      const match: Match = { kind: 'tcp', flags: { mask, set, inverted: false } };
      const seldom: Match = { kind: 'limit', packets: 3, per: 'minute', burst: 3 };
      return [tcpRule({ kind: 'LOG' }, match, seldom), tcpRule(DROP, match)];
    };
    const known = variant ? [] : [anyRule(ACCEPT, state(...RELATED))];
    const service = variant ? tcpRule(ACCEPT, dport(port)) : tcpRule(ACCEPT, dport(port), state('NEW'));
    return filterTable(
      { INPUT: [...odd(SYN | FIN, SYN | FIN), ...odd(SYN | RST, SYN | RST), ...known, ...PINGS, service] },
      { INPUT: 'DROP' },
    );
  },

  /** As beside keepalived: its own protocol, pings and the services, nothing else. Variant: what is refused is told so. */
  keepalived: ({ port, variant }) => {
    const local: Match = { kind: 'addrtype', destination: { types: ['LOCAL'], inverted: false } };
    const rest = variant ? [anyRule({ kind: 'REJECT', with: 'icmp-port-unreachable' })] : [];
    const adverts: Rule = { ...vrrp, destination: host(VRRP_GROUP) };
    return filterTable(
      {
        INPUT: [adverts, ...PINGS, tcpRule(ACCEPT, dport(port), local), udpRule(port), ...rest],
        OUTPUT: [vrrp],
      },
      { INPUT: 'DROP' },
    );
  },

  /** A production firewall that looks at flags, but not of what is for the VIPs. Variant: of that too. */
  flagsBesideVips: ({ port, variant }) => {
    const flags: Match = { kind: 'tcp', flags: { mask: FIN | SYN | RST | ACK, set: SYN, inverted: true } };
    const seldom: Match = { kind: 'limit', packets: 3, per: 'minute', burst: 3 };
    const spared = VIPS.map(
      (vip): Rule => ({ destination: host(vip), matches: [], target: { kind: 'RETURN' } }),
    );
    const log = anyRule({ kind: 'LOG' }, seldom);
    return filterTable(
      {
        INPUT: [
          tcpRule({ kind: 'jump', chain: 'flags' }, flags, state('NEW')),
          anyRule(ACCEPT, state(...RELATED)),
          ...PINGS,
          tcpRule(ACCEPT, dport(port)),
        ],
        FORWARD: [tcpRule(ACCEPT, sport(port))],
      },
      { INPUT: 'DROP', FORWARD: 'DROP' },
      [{ name: 'flags', rules: [...(variant ? [] : spared), log, anyRule(DROP)] }],
    );
  },

  /** A tree of chains, as distributions write it. Variant: the branch is entered for good. */
  branched: ({ port, variant }) => {
    const ports = [80, 443].map((one) => ({ first: one, last: one }));
    const services: Rule = {
      protocol: TCP,
      matches: [{ kind: 'multiport', ports, which: 'destination', inverted: false }],
      target: { kind: variant ? 'goto' : 'jump', chain: 'services' },
    };
    const branch = [tcpRule({ kind: 'RETURN' }, dportSyn(port)), tcpRule(ACCEPT, ctstate('ESTABLISHED'))];
    return filterTable(
      { INPUT: [services, anyRule(ACCEPT, ctstate('NEW'))], FORWARD: [] },
      { INPUT: 'DROP' },
      [{ name: 'services', rules: branch }],
    );
  },
};

export const template: fc.Arbitrary<Ruleset> = fc
  .record({
    build: fc.constantFrom(...Object.values(TEMPLATES)),
    choice: fc.record({ port: servicePort, variant: fc.boolean() }),
  })
  .map(({ build, choice }) => build(choice));
