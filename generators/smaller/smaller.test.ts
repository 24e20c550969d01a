import { describe, expect, it } from 'vitest';
import { nearer, smallerWait } from './numbers.ts';
import { fewer, towards, withoutField } from './smaller.ts';

describe('fewer', () => {
  it('should leave out all, then halves, then single elements, from the end', () => {
    expect([...fewer(['a', 'b', 'c', 'd'])]).toEqual([
      [],
      ['a', 'b'],
      ['c', 'd'],
      ['a', 'b', 'c'],
      ['a', 'b', 'd'],
      ['a', 'c', 'd'],
      ['b', 'c', 'd'],
    ]);
  });

  it('should have nothing to offer for an empty list', () => {
    expect([...fewer([])]).toEqual([]);
  });
});

describe('nearer', () => {
  it.each([
    [10, 0, [0, 5, 8, 9]],
    [1, 0, [0]],
    [0, 0, []],
    [-4, 0, [0, -2, -3]],
    [3, 5, [5, 4]],
  ])('should lead from %d to %d', (value, target, expected) => {
    expect([...nearer(target)(value)]).toEqual(expected);
  });
});

describe('smallerWait', () => {
  it('should offer familiar waits first', () => {
    expect([...smallerWait(4000)]).toEqual([1000, 2000, 3000]);
  });

  it('should offer whole seconds for a crooked wait, the longer one first', () => {
    expect([...smallerWait(1500)].slice(0, 3)).toEqual([1000, 2000, 1]);
  });

  it('should offer nothing for a second', () => {
    expect([...smallerWait(1000)]).toEqual([]);
  });
});

describe('towards', () => {
  it('should offer what stands before the value, or all of the list', () => {
    expect([...towards('rr', 'wrr', 'lc')('lc')]).toEqual(['rr', 'wrr']);
    expect([...towards('rr', 'wrr')('wlc')]).toEqual(['rr', 'wrr']);
  });
});

describe('withoutField', () => {
  it('should leave out one field at a time, and only those that are there', () => {
    const value: { a?: number; b?: number; c?: number } = { a: 1, c: 3 };
    expect([...withoutField<typeof value>('a', 'b', 'c')(value)]).toEqual([{ c: 3 }, { a: 1 }]);
  });
});
