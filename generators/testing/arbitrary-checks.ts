import fc from 'fast-check';
import { isSimpler } from './complexity.ts';

/** An arbitrary, and what is known of its values. */
export interface Subject<T> {
  readonly arbitrary: fc.Arbitrary<T>;
  /** What is wrong with a value; nothing when it is right. */
  readonly problems: (value: T) => readonly string[];
  /** The field that such values stand in, by which `complexity` knows what is plain there. */
  readonly field?: string;
}

/** Wraps the type away, so that subjects of all kinds stand in one table. */
export type AnySubject = { readonly check: (check: Check) => readonly string[] };

export function subject<T>(arbitrary: fc.Arbitrary<T>, rest: Omit<Subject<T>, 'arbitrary'>): AnySubject {
  return { check: (check) => check({ arbitrary, ...rest }) };
}

/** Says what is wrong with an arbitrary. */
export type Check = <T>(subject: Subject<T>) => readonly string[];

const SEED = 42;
const RUNS = 200;
/** Values whose every simpler value is looked at. */
const SHRUNK = 25;

const isRepeatable: Check = ({ arbitrary }) => {
  const [one, other] = [sample(arbitrary), sample(arbitrary)];
  return JSON.stringify(one) === JSON.stringify(other) ? [] : ['two samples of one seed differ'];
};

const isCorrect: Check = ({ arbitrary, problems }) => sample(arbitrary).flatMap(problems);

const shrinksByItself: Check = ({ arbitrary }) => {
  const values = sample(arbitrary);
  const shrinkable = values.filter((value) => arbitrary.shrink(value, undefined).has(() => true)[0]);
  return [
    ...values
      .filter((value) => !arbitrary.canShrinkWithoutContext(value))
      .map((value) => `can not: ${text(value)}`),
    ...(shrinkable.length > RUNS / 10 ? [] : ['hardly anything shrinks']),
  ];
};

const shrinksToSimpler: Check = ({ arbitrary, problems, field = 'value' }) =>
  sample(arbitrary)
    .slice(0, SHRUNK)
    .flatMap((value) =>
      [...arbitrary.shrink(value, undefined)].flatMap(({ value: simpler }) => [
        ...problems(simpler),
        ...(isSimpler({ [field]: simpler }, { [field]: value })
          ? []
          : [`${text(simpler)} is not simpler than ${text(value)}`]),
      ]),
    );

/** The four checks that every arbitrary passes. */
export const FOUR_CHECKS: readonly (readonly [says: string, check: Check])[] = [
  ['give the same values for the same seed', isRepeatable],
  ['give only correct values', isCorrect],
  ['shrink a value without knowing where it comes from', shrinksByItself],
  ['shrink to correct and strictly simpler values', shrinksToSimpler],
];

function sample<T>(arbitrary: fc.Arbitrary<T>): readonly T[] {
  return fc.sample(arbitrary, { seed: SEED, numRuns: RUNS });
}

function text(value: unknown): string {
  return JSON.stringify(value);
}
