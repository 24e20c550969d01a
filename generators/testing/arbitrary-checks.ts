import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSimpler } from './complexity.ts';

const SEED = 42;

interface Checks<T> {
  /** What is wrong with a value; nothing when it is right. */
  readonly problems?: (value: T) => readonly string[];
  readonly numRuns?: number;
  /** The field that such values stand in, by which `complexity` knows what is plain there. */
  readonly field?: string;
}

/** The four checks that every arbitrary passes. */
export function passesTheFourChecks<T>(
  arbitrary: () => fc.Arbitrary<T>,
  { problems = () => [], numRuns = 100, field = 'value' }: Checks<T> = {},
): void {
  const sample = () => fc.sample(arbitrary(), { seed: SEED, numRuns });

  it('should give the same values for the same seed', () => {
    expect(sample()).toEqual(sample());
  });

  it('should give only correct values', () => {
    for (const value of sample()) expect(problems(value)).toEqual([]);
  });

  it('should shrink a value without knowing where it comes from', () => {
    const values = sample();
    const shrinkable = values.filter(
      (value) =>
        arbitrary()
          .shrink(value, undefined)
          .has(() => true)[0],
    );
    expect(shrinkable.length).toBeGreaterThan(numRuns / 10);
    for (const value of values) expect(arbitrary().canShrinkWithoutContext(value)).toBe(true);
  });

  it('should shrink to correct and strictly simpler values', () => {
    for (const value of sample().slice(0, 25)) {
      for (const simpler of candidates(arbitrary(), value)) {
        expect(problems(simpler)).toEqual([]);
        if (!isSimpler({ [field]: simpler }, { [field]: value }))
          expect.fail(`${JSON.stringify(simpler)} is not simpler than ${JSON.stringify(value)}`);
      }
    }
  });
}

function candidates<T>(arbitrary: fc.Arbitrary<T>, value: T): readonly T[] {
  return [...arbitrary.shrink(value, undefined)].map((candidate) => candidate.value);
}
