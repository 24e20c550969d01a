import { expect, test } from 'vitest';
import { nearest, nearestFew } from './nearest.ts';

test.each([
  ['ACEPT', 'ACCEPT'],
  ['DORP', 'DROP'],
  ['accept', 'ACCEPT'],
  ['REJECTT', 'REJECT'],
  ['LOG', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%.20s is nearest to %s', (word, expected) => {
  expect(nearest(word, ['ACCEPT', 'DROP', 'RETURN', 'REJECT'])).toBe(expected);
});

test('a word is never suggested in its own place', () => {
  expect(nearest('DROP', ['DROP'])).toBeUndefined();
});

test('the few nearest come in order, however far away', () => {
  expect(nearestFew('abcd', ['zzzz', 'abxx', 'abcx', 'abcd'], 3)).toEqual(['abcd', 'abcx', 'abxx']);
});
