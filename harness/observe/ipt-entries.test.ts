import { describe, expect, it } from 'vitest';
import fixture from './filter-table.fixture.json' with { type: 'json' };
import { parseIptEntries } from './ipt-entries.ts';

const info = Buffer.from(fixture.info, 'base64');
const entries = Buffer.from(fixture.entries, 'base64');

describe('parseIptEntries', () => {
  it("reads chains, rules and policies of a captured table, and leaves out a user chain's implicit RETURN", () => {
    const rows = parseIptEntries('filter', info, entries);

    expect(rows.map(({ chain, rule, packets, bytes }) => [chain, rule, packets, bytes])).toEqual([
      ['INPUT', 1, 2, 80], // -p tcp -m state --state NEW -j ACCEPT
      ['INPUT', 2, 2, 80], // -j mine
      ['INPUT', 0, 0, 0],
      ['FORWARD', 0, 1, 40],
      ['OUTPUT', 0, 4, 160],
      ['mine', 1, 2, 80], // -j ACCEPT
    ]);
  });

  it('refuses an entry of no length instead of reading it for ever', () => {
    const broken = Buffer.from(entries);
    broken.writeUInt16LE(0, 40 + 90);

    expect(() => parseIptEntries('filter', info, broken)).toThrow('an entry of no length at 0');
  });
});
