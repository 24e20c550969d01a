import type { Observation } from '../../spec/observation.ts';
import { compareObservation } from '../compare/observation.ts';
import type { Draw, Expected, Reference } from './lead.ts';
import type { Plan } from './plan.ts';

/**
 * What the reference expects of a director at that director's own clock. Where chance decided (`tables/freedoms`), it
 * is taken to have decided as on the director, if the step can be had so: the reference is played again with another
 * course of things, as long as that makes the step more like what was seen. What no course leads to stays a difference.
 */
export function follow(reference: Reference, plan: Plan, actual: readonly Observation[]): Expected {
  const jiffies = actual.map((observation) => observation.jiffies);
  const playWith = (draws: Drawn) =>
    reference.playAt(plan, jiffies, (step, nth, options) => {
      const taken = draws[step]?.[nth]?.taken ?? 0;
      return taken < options ? taken : 0;
    });
  const search = { actual, playWith };
  let followed = compared(playWith([]), actual);
  for (;;) {
    const nearer = followed.rest && nearerThan(followed, search);
    if (!nearer) return followed.expected;
    followed = nearer;
  }
}

type Drawn = readonly (readonly Draw[])[];

interface Search {
  readonly actual: readonly Observation[];
  readonly playWith: (draws: Drawn) => Expected;
}

/** A play, and how much of what was seen it leaves unexplained: in which step first, and how many differences there. */
interface Compared {
  readonly expected: Expected;
  readonly rest: { readonly step: number; readonly differences: number } | undefined;
}

/** Only a play in which chance decided anything is compared before its time. */
function compared(expected: Expected, actual: readonly Observation[]): Compared {
  if (!expected.drawn) return { expected, rest: undefined };
  for (const [step, seen] of actual.entries()) {
    const differences = compareObservation(expected.observations[step]!, seen).length;
    if (differences > 0) return { expected, rest: { step, differences } };
  }
  return { expected, rest: undefined };
}

/**
 * The play that explains more: with one draw that came up otherwise, or else with two of which one alone shows nothing.
 * Undefined when there is none.
 */
function nearerThan(followed: Compared, search: Search): Compared | undefined {
  const rest = followed.rest!;
  return nearest(followed, rest, search) ?? nearestOfTwo(followed, rest, search);
}

type Rest = NonNullable<Compared['rest']>;

/** Of those with one draw that came up otherwise: in the step that differs, or before it, where nothing showed it yet. */
function nearest({ expected: { drawn = [] } }: Compared, rest: Rest, search: Search): Compared | undefined {
  for (let step = rest.step; step >= 0; step--) {
    const others = [...otherwise(drawn, step)].map((draws) => played(draws, search));
    const best = others.reduce<Compared | undefined>(
      (best, other) => (isNearer(other.rest, best ? best.rest : rest) ? other : best),
      undefined,
    );
    if (best) return best;
  }
  return undefined;
}

/** The first that has one draw more that came up otherwise; of more than so many steps back nobody looks at two. */
const STEPS_BACK = 12;

function nearestOfTwo(
  { expected: { drawn = [] } }: Compared,
  rest: Rest,
  search: Search,
): Compared | undefined {
  for (let step = rest.step; step >= Math.max(0, rest.step - STEPS_BACK); step--)
    for (const draws of otherwise(drawn, step)) {
      const best = nearest(played(draws, search), rest, search);
      if (best) return best;
    }
  return undefined;
}

const played = (draws: Drawn, { playWith, actual }: Search): Compared => compared(playWith(draws), actual);

/** Each course that differs from this one in one draw of the step. */
function* otherwise(drawn: Drawn, step: number): Iterable<Drawn> {
  for (const [nth, draw] of drawn[step]!.entries())
    for (let taken = 0; taken < draw.options; taken++)
      if (taken !== draw.taken) yield drawn.with(step, drawn[step]!.with(nth, { ...draw, taken }));
}

function isNearer(one: Compared['rest'], other: Compared['rest']): boolean {
  if (!one || !other) return other !== undefined;
  return one.step > other.step || (one.step === other.step && one.differences < other.differences);
}
