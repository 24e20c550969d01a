import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fuzzTexts, LIMITS } from './fuzz.ts';
import { fuzzCaptures } from './fuzz-captures.ts';

/** A share of what `npm run fuzz` does. Among the damage are commands that would leave a file if a shell saw them. */
test('whatever is fed in gets an answer, and no shell sees it', { timeout: 120_000 }, async () => {
  for (const { name, runs, read, faults } of [...fuzzTexts(150, 1), await fuzzCaptures(60, 1)]) {
    expect(faults, name).toEqual([]);
    // Both ways are taken often, or the damage tests nothing.
    expect(read, name).toBeGreaterThan(runs / 50);
    expect(read, name).toBeLessThan(runs * 0.95);
  }
  expect(existsSync('HACKED')).toBe(false);
});

test.each([
  ['time', { ...LIMITS, ms: 0 }, /^took \d+ ms of the processor$/],
  ['memory', { ...LIMITS, bytes: 1024 }, /^had Scapy's process take \d+ bytes of memory$/],
])('what takes too much %s is told, of Scapy too', async (_, limits, says) => {
  const { runs, faults } = await fuzzCaptures(3, 1, limits);
  expect(faults.map(({ why }) => why)).toEqual(
    Array.from({ length: runs }, () => expect.stringMatching(says)),
  );
});
