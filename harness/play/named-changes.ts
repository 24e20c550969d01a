import { acrossChange, type Kernel } from '../../spec/kernel.ts';
import type { Observation } from '../../spec/observation.ts';
import { CHANGES, type ChangeId } from '../../spec/tables/changes.ts';
import { compareObservation } from '../compare/observation.ts';
import { follow } from './follow.ts';
import type { ReferenceFor } from './lead.ts';
import type { Plan } from './plan.ts';

/** Something of each kernel of a pair. */
interface Sides<T> {
  readonly leading: T;
  readonly other: T;
}

/** A step at which two kernels differ first. */
export interface Parting {
  readonly plan: Plan;
  readonly sides: Sides<Kernel>;
  readonly observed: Sides<readonly Observation[]>;
  readonly step: number;
  readonly referenceFor: ReferenceFor;
}

/**
 * The named changes by which two kernels part: none unless the models of both do just what their kernels did, up to
 * the step with that step, and do otherwise than each other: what the model leaves open is nobody's change. Those that
 * make the difference alone; if none does, a few that do together.
 */
export function namedChanges(parting: Parting): readonly ChangeId[] {
  const { leading, other } = parting.sides;
  const between = CHANGES.map(({ id }) => id).filter((id) => leading.has(id) !== other.has(id));
  if (between.length === 0) return [];
  if (!modelDoes(parting, 'leading', leading) || !modelDoes(parting, 'other', other)) return [];
  if (modelDoes(parting, 'leading', other)) return [];
  const alone = between.filter((id) => !modelDoes(parting, 'leading', acrossChange(leading, id)));
  return alone.length > 0 ? alone : together(parting, between);
}

/** Of all that lie between the two, those of which none can be spared. */
function together(parting: Parting, between: readonly ChangeId[]): readonly ChangeId[] {
  const { leading } = parting.sides;
  return between.reduce((kept, id) => {
    const fewer = kept.filter((one) => one !== id);
    return modelDoes(parting, 'leading', fewer.reduce(acrossChange, leading)) ? kept : fewer;
  }, between);
}

function modelDoes(parting: Parting, side: keyof Sides<unknown>, kernel: Kernel): boolean {
  const { plan, observed, step, referenceFor } = parting;
  const seen = observed[side];
  const model = follow(referenceFor(kernel), plan, seen).observations;
  return seen.slice(0, step + 1).every((each, index) => compareObservation(model[index]!, each).length === 0);
}
