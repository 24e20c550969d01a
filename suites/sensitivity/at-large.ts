import { compareObservation } from '../../harness/compare/observation.ts';
import { brokenModel } from '../../harness/directors/broken.ts';
import type { BrokenDirector } from '../../harness/directors/broken-director.ts';
import { ModelDirector } from '../../harness/directors/model.ts';
import type { Plan } from '../../harness/play/plan.ts';
import type { Kernel } from '../../spec/kernel.ts';
import type { Observation } from '../../spec/observation.ts';
import { randomCase } from '../case.ts';
import type { Claim } from '../claim.ts';

export interface Search {
  readonly kernel: Kernel;
  readonly claims: readonly Claim[];
  readonly seed: number;
  /** Gives up after so many scenarios. */
  readonly runs: number;
  /** Ends when so many are caught; all of them unless told otherwise. */
  readonly enough?: number;
}

/**
 * In which scenario of a run, counted from 1, each broken director is noticed first; one that is not has no entry.
 * The scenarios are those of a campaign with this seed; each is made once and played once on the right model, and
 * then only on those who are still at large.
 */
export function scenariosUntilCaught(
  suspects: readonly BrokenDirector[],
  search: Search,
): ReadonlyMap<string, number> {
  const { kernel, claims, seed, runs, enough = suspects.length } = search;
  const model = new ModelDirector(kernel);
  const caught = new Map<string, number>();
  let atLarge = suspects.map((broken) => ({ id: broken.id, director: brokenModel(broken, kernel) }));
  for (let index = 0; index < runs && caught.size < enough; index++) {
    const { plan } = randomCase(claims, seed, index, model);
    if ('kind' in plan) throw new Error(`scenario ${index} of seed ${seed}: ${plan.what}`);
    const expected = [...play(model, plan)];
    atLarge = atLarge.filter(({ id, director }) => {
      if (!differs(expected, play(director, plan))) return true;
      caught.set(id, index + 1);
      return false;
    });
  }
  return caught;
}

function* play(director: ModelDirector, { config, steps }: Plan): Generator<Observation> {
  yield director.start(config);
  for (const step of steps) yield director.step(step);
}

/** A wrong director is left at its first difference: the rest of its play is never computed. */
function differs(expected: readonly Observation[], actual: Iterable<Observation>): boolean {
  let step = 0;
  for (const observation of actual)
    if (compareObservation(expected[step++]!, observation).length > 0) return true;
  return false;
}
