import fc from 'fast-check';
import type { Match, Rule, Table, Target } from '../../spec/config/rules.ts';
import { RST, SYN } from '../../spec/wire/tcp.ts';
import { servicePort } from '../addresses.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, weighted } from '../draws.ts';
import type { Size } from '../sizes.ts';
import { randomTable } from './random.ts';
import { ACCEPT, anyRule, dport, TCP, tableOf, tcpRule } from './write.ts';

const ALL = 0xffffffff;
const set = (value: number): Target => ({ kind: 'MARK', value, mask: ALL });
const SAVE = { kind: 'CONNMARK', op: 'save', packetMask: ALL, connectionMask: ALL } as const;
const RESTORE = { kind: 'CONNMARK', op: 'restore', packetMask: ALL, connectionMask: ALL } as const;
const NOTRACK = { kind: 'CT', notrack: true } as const;

/** The code point of expedited forwarding (RFC 3246). */
const EXPEDITED = 0x2e;

const syn: Match = { kind: 'tcp', flags: { mask: SYN | RST, set: SYN, inverted: false } };

const marked: Match = { kind: 'mark', value: 0, mask: ALL, inverted: true };

const fromPort = (port: number): Match => ({
  kind: 'tcp',
  sport: { first: port, last: port, inverted: false },
});

const counts = (...matches: readonly Match[]): Rule => ({ matches });

export interface MarkingChoice {
  readonly port: number;
  /** The mark. */
  readonly value: number;
  /** The one detail in which directors differ; what it does stands at each. */
  readonly variant: boolean;
}

/** How directors mark packets, and how they spare conntrack the work. */
export const MARKINGS: Readonly<Record<string, (choice: MarkingChoice) => readonly Table[]>> = {
  /** A service by mark. Variant: marked in INPUT, which is still before IPVS. */
  byPort: ({ port, value, variant }) => [
    tableOf('mangle', {
      [variant ? 'INPUT' : 'PREROUTING']: [tcpRule(set(value), dport(port))],
      POSTROUTING: [counts(marked)],
    }),
  ],

  /** The first packet is marked, the others get its mark. Variant: saved where the packet leaves. */
  sticky: ({ port, value, variant }) => [
    tableOf('mangle', {
      PREROUTING: [
        anyRule(RESTORE),
        anyRule(ACCEPT, marked),
        tcpRule(set(value), dport(port)),
        ...(variant ? [] : [anyRule(SAVE)]),
      ],
      POSTROUTING: variant ? [anyRule(SAVE)] : [],
    }),
  ],

  /** Rules that ask the connection. Variant: for its replies only. */
  asked: ({ port, value, variant }) => {
    const asks: Match = { kind: 'connmark', value, mask: ALL, inverted: false };
    const setConnection = { kind: 'CONNMARK', op: 'set', value, mask: ALL } as const;
    return [
      tableOf('mangle', {
        OUTPUT: [tcpRule(setConnection, dport(port))],
        FORWARD: [counts(asks)],
        PREROUTING: variant ? [tcpRule(set(value), fromPort(port), asks)] : [counts(asks)],
      }),
    ];
  },

  /** Marking what leaves sends it through routing once more. */
  onTheWayOut: ({ port, value, variant }) => [
    tableOf('mangle', { [variant ? 'OUTPUT' : 'POSTROUTING']: [tcpRule(set(value), dport(port))] }),
  ],

  /** Requests go first in every queue. Variant: marked where they leave. */
  urgent: ({ port, variant }) => [
    tableOf('mangle', {
      [variant ? 'OUTPUT' : 'PREROUTING']: [
        tcpRule({ kind: 'TOS', value: EXPEDITED << 2, mask: 0xff }, dport(port)),
      ],
      POSTROUTING: [
        counts({ kind: 'dscp', dscp: EXPEDITED, inverted: false }),
        counts({ kind: 'tos', value: (EXPEDITED << 2) & 0x3f, mask: 0x3f, inverted: false }),
      ],
    }),
  ],

  /** A narrow way behind the director. Variant: as narrow as its links. */
  narrowWay: ({ variant }) => [
    tableOf('mangle', {
      FORWARD: [tcpRule({ kind: 'TCPMSS', ...(variant ? {} : { mss: 1400 }) }, syn)],
      POSTROUTING: [
        tcpRule({ kind: 'TCPMSS', mss: 1400 }, syn),
        { protocol: TCP, matches: [{ kind: 'tcpmss', first: 1400, last: 1400, inverted: false }] },
      ],
    }),
  ],

  /** Requests are not tracked. Variant: nor are replies. */
  untracked: ({ port, variant }) => [
    tableOf('raw', {
      PREROUTING: [tcpRule(NOTRACK, dport(port)), ...(variant ? [tcpRule(NOTRACK, fromPort(port))] : [])],
    }),
  ],
};

const template = fc
  .record({
    build: fc.constantFrom(...Object.values(MARKINGS)),
    choice: fc.record({ port: servicePort, value: weighted([2, 1], [1, 0x100]), variant: fc.boolean() }),
  })
  .map(({ build, choice }) => build(choice));

/** What there are most ways for. */
const onTheWayOut = servicePort.map((port) => MARKINGS.onTheWayOut!({ port, value: 1, variant: true }));

/** Tables raw and mangle: a marking out of the field, or any rules. */
export function marking(
  { outputMarks }: Pick<ScenarioBias, 'outputMarks'>,
  size: Size,
): fc.Arbitrary<readonly Table[]> {
  const raw = randomTable('raw', size);
  const mangle = randomTable('mangle', size);
  const any = oneOf<readonly Table[]>(
    [4, template],
    [3, mangle.map((table) => [table])],
    [1, raw.map((table) => [table])],
    [1, fc.tuple(raw, mangle)],
  );
  return oneOf<readonly Table[]>([100 - outputMarks, any], [outputMarks, onTheWayOut]);
}
