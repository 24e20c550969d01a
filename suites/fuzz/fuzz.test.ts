import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fuzzTexts } from './fuzz.ts';
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
