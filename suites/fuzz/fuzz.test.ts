import { expect, test } from 'vitest';
import { fuzzTexts } from './fuzz.ts';

/** A share of what `npm run fuzz` does. */
test('whatever is fed in gets an answer', { timeout: 120_000 }, () => {
  for (const { name, runs, read, faults } of fuzzTexts(400, 1)) {
    expect(faults, name).toEqual([]);
    // Both ways are taken often, or the damage tests nothing.
    expect(read, name).toBeGreaterThan(runs / 50);
    expect(read, name).toBeLessThan(runs * 0.95);
  }
});
