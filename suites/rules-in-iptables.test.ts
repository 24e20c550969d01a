import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVEN } from '../generators/bias.ts';
import { ruleset } from '../generators/rules.ts';
import { SIZES } from '../generators/sizes.ts';
import { printRuleset } from '../spec/config/iptables-print.ts';
import type { Ruleset } from '../spec/config/rules.ts';
import { parseRuleset } from '../spec/config/ruleset-parse.ts';

/** Feeds rules to the real tool in a network namespace of its own, and reads back what the kernel then has. */
function throughIptables(rules: string): { status: number | null; saved: string; complaint: string } {
  const script = 'iptables-legacy-restore && iptables-legacy-save';
  const { status, stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], {
    input: rules,
    encoding: 'utf8',
  });
  return { status, saved: stdout ?? '', complaint: stderr ?? '' };
}

const EMPTY = '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n';
const available = throughIptables(EMPTY).status === 0;

/** iptables-save sorts chains of the user by name, and states in an order of its own. */
function sorted({ tables }: Ruleset): unknown {
  const text = JSON.stringify(tables, (key, value) => (key === 'states' ? [...value].sort() : value));
  const chains = (JSON.parse(text) as Ruleset['tables']).flatMap((table) => table.chains);
  return Object.fromEntries(chains.map(({ name, ...rest }) => [name, rest]));
}

// Without root, or without ip_tables in this machine's kernel, only the guests show it.
describe.skipIf(!available)('the real iptables', () => {
  test('takes the rules that are generated, and saves what was meant', () => {
    fc.assert(
      fc.property(ruleset(EVEN, SIZES.standard), (given) => {
        fc.pre(given.tables.length > 0);
        const { saved, complaint } = throughIptables(printRuleset(given, 'numeric'));
        expect(complaint).toBe('');
        expect(sorted(parseRuleset(saved))).toEqual(sorted(given));
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});
