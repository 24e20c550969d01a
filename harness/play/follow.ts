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
  let followed = playWith([]);
  for (;;) {
    const step = firstDifferent(followed, actual);
    const nearer = step === undefined ? undefined : nearerIn(step, followed, { actual, playWith });
    if (!nearer) return followed;
    followed = nearer;
  }
}

type Drawn = readonly (readonly Draw[])[];

interface Search {
  readonly actual: readonly Observation[];
  readonly playWith: (draws: Drawn) => Expected;
}

/** Only a play in which chance decided anything is compared before its time. */
function firstDifferent(
  { observations, drawn }: Expected,
  actual: readonly Observation[],
): number | undefined {
  if (!drawn) return undefined;
  const step = actual.findIndex((seen, index) => compareObservation(observations[index]!, seen).length > 0);
  return step < 0 ? undefined : step;
}

/** A play that is the same up to the step, and differs less there, by one draw that came up otherwise. */
function nearerIn(
  step: number,
  { observations, drawn = [] }: Expected,
  search: Search,
): Expected | undefined {
  const differences = (observation: Observation) =>
    compareObservation(observation, search.actual[step]!).length;
  const before = drawn.slice(0, step);
  const draws = drawn[step]!;
  const fewest = differences(observations[step]!);
  for (const [nth, draw] of draws.entries())
    for (let taken = 0; taken < draw.options; taken++) {
      if (taken === draw.taken) continue;
      const other = search.playWith([...before, draws.with(nth, { ...draw, taken })]);
      if (differences(other.observations[step]!) < fewest) return other;
    }
  return undefined;
}
