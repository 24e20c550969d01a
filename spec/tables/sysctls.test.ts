import { expect, test } from 'vitest';
import { BASE_SYSCTLS } from './base-sysctls.ts';
import { SYSCTLS } from './sysctls.ts';

test.each([...SYSCTLS])('$name has a default within its limits', ({ default: value, min, max }) => {
  expect(value).toBeGreaterThanOrEqual(min);
  expect(value).toBeLessThanOrEqual(max);
});

test('no sysctl stands twice in a table', () => {
  for (const table of [SYSCTLS, BASE_SYSCTLS]) {
    const names = table.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  }
});

test('what every director gets agrees with the default of what is modelled', () => {
  for (const { name, value } of BASE_SYSCTLS)
    expect(SYSCTLS.find((row) => row.name === name)?.default ?? value).toBe(value);
});
