import fc from 'fast-check';
import type { Match, Rule, Table, Target } from '../../spec/config/rules.ts';
import { SERVICE_PORTS, VIPS } from '../addresses.ts';
import { percent, sometimes, upTo, weighted } from '../draws.ts';
import { ACCEPT, anyRule, host, tableOf } from './write.ts';

/** The table that gives packets the marks of these services; undefined where nobody wrote one. */
export type MarksFor = (marks: readonly number[]) => Table | undefined;

/** One rule that marks, before the marks are known. */
interface Draw {
  /** Which mark, counted round. */
  readonly index: number;
  readonly to: 'every packet' | 'ports' | 'vip' | 'tcp' | 'udp';
  readonly ports: readonly number[];
  readonly vip: number;
  /** Whoever is marked here is not looked at again. */
  readonly last: boolean;
}

const draw: fc.Arbitrary<Draw> = fc.record({
  index: fc.nat({ max: 5 }),
  to: weighted<Draw['to']>([3, 'ports'], [2, 'vip'], [2, 'every packet'], [1, 'tcp'], [1, 'udp']),
  ports: fc.subarray([...SERVICE_PORTS], { minLength: 1 }),
  vip: fc.constantFrom(...VIPS),
  last: percent(25),
});

function rulesOf(marks: readonly number[], { index, to, ports, vip, last }: Draw): readonly Rule[] {
  const value = marks[index % marks.length]!;
  const target: Target = { kind: 'MARK', value, mask: 0xffffffff };
  const mark: Match = { kind: 'mark', value, mask: 0xffffffff, inverted: false };
  return [{ ...conditions(to, ports, vip), target }, ...(last ? [anyRule(ACCEPT, mark)] : [])];
}

function conditions(to: Draw['to'], ports: readonly number[], vip: number): Rule {
  switch (to) {
    case 'every packet':
      return { matches: [] };
    case 'vip':
      return { destination: host(vip), matches: [] };
    case 'tcp':
    case 'udp':
      return { protocol: { protocol: to, inverted: false }, matches: [] };
    case 'ports': {
      const ranges = ports.map((port) => ({ first: port, last: port }));
      const multiport: Match = { kind: 'multiport', ports: ranges, which: 'destination', inverted: false };
      return { protocol: { protocol: 'tcp', inverted: false }, matches: [multiport] };
    }
  }
}

/** Rules of which the last that matches decides; mostly before routing, sometimes in INPUT, which is still before IPVS. */
export const marksFor: fc.Arbitrary<MarksFor> = fc
  .tuple(upTo(3, draw, 1), sometimes(90, weighted<'PREROUTING' | 'INPUT'>([4, 'PREROUTING'], [1, 'INPUT'])))
  .map(([draws, chain]) => (marks) => {
    const rules = draws.flatMap((one) => rulesOf(marks, one));
    return chain && tableOf('mangle', { [chain]: rules });
  });
