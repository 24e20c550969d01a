import fc from 'fast-check';
import { shrinkingBy } from './shrinking-by.ts';
import { towards } from './smaller/smaller.ts';

/** True in so many of a hundred draws. */
export function percent(chance: number): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 99 }).map((drawn) => drawn < chance);
}

/** One of the values, each as often as its weight says; it shrinks to those that stand first. */
export function weighted<T>(...choices: readonly (readonly [weight: number, value: T])[]): fc.Arbitrary<T> {
  const often = choices.flatMap(([weight, value]) => Array<T>(weight).fill(value));
  return shrinkingBy(fc.constantFrom(...often), towards(...choices.map(([, value]) => value)));
}

/** One of the arbitraries, each as often as its weight says; weight 0 means never. */
export function oneOf<T>(
  ...choices: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<T>])[]
): fc.Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** Up to `max` values, every length equally often. */
export function upTo<T>(max: number, arbitrary: fc.Arbitrary<T>, min = 0): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength: min, maxLength: max, size: 'max' });
}

/** The value in so many of a hundred draws, else undefined. */
export function sometimes<T>(chance: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return oneOf<T | undefined>([chance, arbitrary], [100 - chance, fc.constant(undefined)]);
}
