import fc from 'fast-check';
import type { Rule, Ruleset, Target } from '../../spec/config/rules.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { VIPS } from '../addresses.ts';
import type { ScenarioBias } from '../bias.ts';
import { percent } from '../draws.ts';
import { ACCEPT, anyRule, DROP, dport, filterTable, host, state, tableOf, tcpRule } from './write.ts';

const HELPER: Target = { kind: 'CT', helper: 'ftp' };
const FTP = 21;
const named: Rule = tcpRule(HELPER, dport(FTP));

/** Connections get the mark of the one that announced them. */
const MARKING = tableOf('mangle', {
  PREROUTING: [tcpRule({ kind: 'CONNMARK', op: 'set', value: 1, mask: 0xffffffff }, dport(FTP))],
});

/** Behind the rule that assigns the helper a mark is that rule's own, and lasts: each packet turns it over. */
const MARKING_NOBODY: readonly Rule[] = [
  anyRule({ kind: 'CONNMARK', op: 'set', value: 1, mask: 0 }),
  { matches: [{ kind: 'connmark', value: 1, mask: 0xffffffff, inverted: false }] },
  anyRule({ kind: 'CONNMARK', op: 'restore', packetMask: 0xffffffff, connectionMask: 0xffffffff }),
];

const announced = state('RELATED', 'ESTABLISHED');

/** What is announced may pass, and nothing else. */
const FIREWALL = filterTable(
  { INPUT: [tcpRule(ACCEPT, dport(FTP)), anyRule(ACCEPT, announced)], FORWARD: [anyRule(ACCEPT, announced)] },
  { INPUT: 'DROP', FORWARD: 'DROP' },
);

/** The same as the HOWTO writes it (29.6): for the virtual address alone, and closed by rules. */
function firewallOf(vip: Ipv4): Ruleset {
  const destination = host(vip);
  const to = [tcpRule(ACCEPT, dport(FTP)), tcpRule(ACCEPT, announced), tcpRule(DROP)];
  return filterTable({
    INPUT: to.map((rule) => ({ ...rule, destination })),
    FORWARD: [anyRule(ACCEPT, announced), anyRule(DROP)],
  });
}

/** Whoever serves FTP mostly assigns the helper, and some let only that pass which it announces. */
export function helping(
  bias: ScenarioBias,
): fc.Arbitrary<(rules: Ruleset, services: readonly VirtualService[]) => Ruleset> {
  return fc
    .tuple(
      fc.tuple(percent(Math.max(70, bias.halfLines)), percent(bias.ftp / 4)),
      fc.tuple(percent(30), percent(30), percent(50)),
      fc.tuple(percent(20), percent(25)),
    )
    .map(([[helps, anyway], [everywhere, guards, byAddress], [marks, marksNobody]]) => (rules, services) => {
      const served = services.find(({ protocol, port }) => protocol === 'tcp' && port === FTP);
      if (!(served ? helps : anyway)) return rules;
      const firewall = byAddress ? firewallOf(served?.address ?? VIPS[0]!) : FIREWALL;
      const { tables } = rules;
      const helped = [named, ...(marksNobody ? MARKING_NOBODY : [])];
      const raw = tableOf('raw', { PREROUTING: helped, ...(everywhere && { OUTPUT: helped }) });
      const guarded = guards && !tables.some(({ name }) => name === 'filter');
      return {
        tables: [
          ...(tables.some(({ name }) => name === 'raw') ? [] : [raw]),
          ...(marks && !tables.some(({ name }) => name === 'mangle') ? [MARKING] : []),
          ...tables,
          ...(guarded ? firewall.tables : []),
        ],
      };
    });
}
