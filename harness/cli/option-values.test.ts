import { describe, expect, it } from 'vitest';
import { duration, wholeNumber } from './option-values.ts';

describe('duration', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
  ])('reads %s', (text, ms) => {
    expect(duration('--for')(text)).toBe(ms);
  });

  it.each(['', '5', 's', '-1s', '5 s', '5d', '1e3s'])('refuses "%s"', (text) => {
    expect(() => duration('--for')(text)).toThrow(/--for .*not a duration/);
  });
});

describe('wholeNumber', () => {
  it.each(['', '1.5', '-1', '0x10', '1e2', '11', ' 3'])('refuses "%s"', (text) => {
    expect(() => wholeNumber('--n', 0, 10)(text)).toThrow(/--n .*not a whole number from 0 to 10/);
  });

  it('takes both ends', () => {
    expect([wholeNumber('--n', 0, 10)('0'), wholeNumber('--n', 0, 10)('10')]).toEqual([0, 10]);
  });
});
