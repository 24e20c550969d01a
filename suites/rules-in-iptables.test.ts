import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVEN } from '../generators/bias.ts';
import { ruleset } from '../generators/rules.ts';
import { SIZES } from '../generators/sizes.ts';
import { printRuleset } from '../spec/config/iptables-print.ts';
import type { Rule, Ruleset } from '../spec/config/rules.ts';
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

/** A rule of one table that uses an extension, and nothing else. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  ipvs: '*filter\n-A INPUT -m ipvs --ipvs\nCOMMIT\n',
  connmark: '*filter\n-A INPUT -m connmark --mark 1\nCOMMIT\n',
  mark: '*filter\n-A INPUT -m mark --mark 1\nCOMMIT\n',
  MARK: '*mangle\n-A INPUT -j MARK --set-mark 1\nCOMMIT\n',
  CONNMARK: '*mangle\n-A INPUT -j CONNMARK --save-mark\nCOMMIT\n',
  CT: '*raw\n-A PREROUTING -j CT --notrack\nCOMMIT\n',
  LOG: '*filter\n-A INPUT -j LOG\nCOMMIT\n',
};

/** This machine is no director: what its kernel was built without only the guests can show. */
const lacking = new Set(
  Object.keys(EXTENSIONS).filter((name) => throughIptables(EXTENSIONS[name]!).status !== 0),
);

function here({ tables }: Ruleset): Ruleset {
  const usable = ({ matches, target }: Rule): boolean =>
    !matches.some(({ kind }) => lacking.has(kind)) && !(target && lacking.has(target.kind));
  return {
    tables: tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.filter(usable) })),
    })),
  };
}

/** iptables-save sorts chains of the user by name, and what `-m conntrack` looks at in an order of its own. */
function sorted({ tables }: Ruleset): unknown {
  const unordered = new Set(['states', 'statuses', 'asks']);
  const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  const text = JSON.stringify(tables, (key, value) => {
    if (!unordered.has(key)) return value;
    // NONE is no bit at all: beside others it says nothing, and is not saved.
    const said = value.length > 1 ? value.filter((one: unknown) => one !== 'NONE') : value;
    return [...said].sort(byText);
  });
  return Object.fromEntries(
    (JSON.parse(text) as Ruleset['tables']).flatMap((table) =>
      table.chains.map(({ name, ...rest }) => [`${table.name} ${name}`, rest]),
    ),
  );
}

// Without root, or without ip_tables in this machine's kernel, only the guests show it.
describe.skipIf(!available)('the real iptables', () => {
  test('takes the rules that are generated, and saves what was meant', () => {
    fc.assert(
      fc.property(ruleset(EVEN, SIZES.standard).map(here), (given) => {
        fc.pre(given.tables.length > 0);
        const { saved, complaint } = throughIptables(printRuleset(given, 'numeric'));
        expect(complaint).toBe('');
        expect(sorted(parseRuleset(saved))).toEqual(sorted(given));
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});
