import { describe, expect, it } from 'vitest';
import type { Chain, Rule } from '../../spec/config/rules.ts';
import { DROP, dport, filterTable, TCP } from '../rules/write.ts';
import { ruleProblems, rulesetProblems } from './iptables.ts';

const jump = (chain: string): Rule => ({ matches: [], target: { kind: 'jump', chain } });
const ports = (count: number) => Array.from({ length: count }, (_, port) => ({ first: port, last: port }));
const device = { name: 'eth0', inverted: false };

describe('ruleProblems', () => {
  it.each<[string, string, Rule]>([
    ['-o in INPUT', 'INPUT', { matches: [], outInterface: device }],
    ['-i in OUTPUT', 'OUTPUT', { matches: [], inInterface: device }],
    ['a match of another protocol', 'INPUT', { matches: [dport(80)] }],
    ['a reset without -p tcp', 'INPUT', { matches: [], target: { kind: 'REJECT', with: 'tcp-reset' } }],
    ['two matches of one kind', 'INPUT', { protocol: TCP, matches: [dport(80), dport(443)] }],
    ['-m tcp that says nothing', 'INPUT', { protocol: TCP, matches: [{ kind: 'tcp' }] }],
    ['no state', 'INPUT', { matches: [{ kind: 'state', states: [], inverted: false }] }],
    [
      'no or too many ports',
      'INPUT',
      { protocol: TCP, matches: [{ kind: 'multiport', ports: ports(16), which: 'either', inverted: false }] },
    ],
    ['a jump to no chain', 'INPUT', jump('nowhere')],
    [
      'host bits set',
      'INPUT',
      { matches: [], source: { address: 0x0a000001, mask: 0xffffff00, inverted: false } },
    ],
  ])('should find %s', (says, chain, rule) => {
    expect(ruleProblems(rule, { table: 'filter', chain, userChains: [] })).toEqual([says]);
  });

  it('should take a plain rule', () => {
    const rule: Rule = { protocol: TCP, matches: [dport(80)], target: DROP };
    expect(ruleProblems(rule, { table: 'filter', chain: 'INPUT', userChains: [] })).toEqual([]);
  });
});

describe('rulesetProblems', () => {
  const chain = (name: string, ...rules: Rule[]): Chain => ({ name, rules });

  it('should find jumps that lead in circles', () => {
    const rules = filterTable({}, {}, [chain('a', jump('b')), chain('b', jump('a'))]);
    expect(rulesetProblems(rules)).toEqual(['jumps lead in circles']);
  });

  it('should take two ways to one chain', () => {
    const rules = filterTable({ INPUT: [jump('a'), jump('b')] }, {}, [chain('a', jump('b')), chain('b')]);
    expect(rulesetProblems(rules)).toEqual([]);
  });

  it('should find chains that share a name or are called like a target', () => {
    const rules = filterTable({}, {}, [chain('a'), chain('a'), chain('DROP')]);
    expect(rulesetProblems(rules)).toEqual(['two chains with one name', 'a chain is called like a target']);
  });
});
