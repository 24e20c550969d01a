import fc from 'fast-check';
import type { Smaller } from './smaller/smaller.ts';

/**
 * An arbitrary that generates as `source` does and shrinks as `smaller` says, by looking at the value alone. So a
 * generator may be built with whatever draws good values, shrinking is written for the data that people read, and
 * a scenario that came from a file shrinks like one that was generated.
 */
export function shrinkingBy<T>(source: fc.Arbitrary<T>, smaller: Smaller<T>): fc.Arbitrary<T> {
  return new ShrinkingBy(source, smaller);
}

class ShrinkingBy<T> extends fc.Arbitrary<T> {
  readonly #source: fc.Arbitrary<T>;
  readonly #smaller: Smaller<T>;

  constructor(source: fc.Arbitrary<T>, smaller: Smaller<T>) {
    super();
    this.#source = source;
    this.#smaller = smaller;
  }

  /** fast-check's own bias towards small numbers is left out: run 1 and run 10,000 draw from the same mix. */
  generate(random: fc.Random): fc.Value<T> {
    return new fc.Value(this.#source.generate(random, undefined).value, undefined);
  }

  /** Only values of the type come here: shrinking needs nothing but the value. */
  canShrinkWithoutContext(value: unknown): value is T {
    return value !== undefined;
  }

  shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    return fc.stream(goingOn(this.#smaller(value), typeof context === 'number' ? context : 0));
  }
}

/**
 * All candidates, beginning with the one at `start`, where the last success was: what did not help before will
 * mostly not help now, so it is tried again only at the end.
 */
function* goingOn<T>(candidates: Iterable<T>, start: number): IterableIterator<fc.Value<T>> {
  const skipped: fc.Value<T>[] = [];
  let index = 0;
  for (const candidate of candidates) {
    const value = new fc.Value(candidate, index);
    if (index++ < start) skipped.push(value);
    else yield value;
  }
  yield* skipped;
}
