import fc from 'fast-check';
import type { Rule, Ruleset } from '../../spec/config/rules.ts';
import { prefixMask } from '../../spec/wire/address.ts';
import { servicePort } from '../addresses.ts';
import { weighted } from '../draws.ts';
import { ACCEPT, DROP, dport, filterTable, TCP, tcpRule } from './write.ts';

/** 172.16.0.0: nobody here has such an address, so that a packet passes the rules one by one. */
const STRANGERS = 0xac100000;

const refused = (index: number): Rule => ({
  source: { address: STRANGERS + index, mask: prefixMask(32), inverted: false },
  matches: [],
  target: DROP,
});

/** A branch as long as those of providers' firewalls, of which the last rule is for the service. */
export const ruleTree: fc.Arbitrary<Ruleset> = fc
  .record({
    port: servicePort,
    before: weighted([3, 499], [1, 128], [1, 16]),
    kind: fc.constantFrom('jump' as const, 'goto' as const),
  })
  .map(({ port, before, kind }) => {
    const rules = [
      ...Array.from({ length: before }, (_, index) => refused(index)),
      tcpRule(ACCEPT, dport(port)),
    ];
    const branch: Rule = { protocol: TCP, matches: [], target: { kind, chain: 'branch' } };
    return filterTable({ INPUT: [branch] }, { INPUT: 'DROP' }, [{ name: 'branch', rules }]);
  });
