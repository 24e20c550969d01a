import type { Emitted, Observation } from '../../spec/observation.ts';
import type { FreedomId } from '../../spec/tables/freedoms.ts';
import { withOpenPorts } from '../compare/conntrack.ts';
import { withoutOpenFields } from '../compare/open-fields.ts';
import type { Director, Played } from '../directors/director.ts';
import { follow } from './follow.ts';
import { ownError } from './judge.ts';
import type { Expected, ReferenceFor } from './lead.ts';
import { namedChanges } from './named-changes.ts';
import type { Plan } from './plan.ts';

/** The two directors of a pair: what `leading` does is expected of the other. */
export interface Pair {
  readonly leading: Director;
  readonly other: Director;
}

/** The plan as it is played where kernels are compared with each other. */
export const settled = (plan: Plan): Plan => ({ ...plan, settles: true });

/** Why no plan can be compared on the two. */
export function clocksCannotAgree({ leading, other }: Pair): string | undefined {
  const [one, two] = [leading.kernel.hz, other.kernel.hz];
  if (one === two) return undefined;
  return `${leading.name} counts ${one} jiffies a second and ${other.name} ${two}: their clocks cannot agree`;
}

/** One plan on both. */
export interface Both extends Pair {
  readonly plan: Plan;
  readonly led: Played;
  readonly followed: Played;
  readonly referenceFor: ReferenceFor;
}

/**
 * What the other did, with what the leading one did as what is expected of it. The model decides nothing: it names
 * the fields that no kernel is bound to (tables/freedoms) and, of a difference, the changes that make it
 * (tables/changes), and tells the packet's way for a reader.
 */
export function together(both: Both): Played {
  const { followed, led, leading, plan, referenceFor } = both;
  if (followed.kind !== 'played') return followed;
  if (led.kind !== 'played') return { ...led, what: `${leading.name}: ${led.what}` };
  try {
    const sides = { leading: leading.kernel, other: both.other.kernel };
    const observed = { leading: led.observations, other: followed.observations };
    const models = {
      leading: follow(referenceFor(sides.leading), plan, observed.leading),
      other: follow(referenceFor(sides.other), plan, observed.other),
    };
    const changesIn = (step: number) => namedChanges({ plan, sides, observed, step, referenceFor });
    return { ...followed, expected: { ...expectedBy(led.observations, models), changesIn } };
  } catch (error) {
    return ownError('the model', error);
  }
}

/** What the models make of both plays. */
interface Models {
  readonly leading: Expected;
  readonly other: Expected;
}

function expectedBy(observations: readonly Observation[], models: Models): Expected {
  const apart = partedByChance(models);
  return {
    observations: observations.map((observation, index) => ({
      ...observation,
      ...openIn(observation, models.leading.observations[index]!),
      ...(apart && index >= apart.step && { undetermined: apart.freedom }),
    })),
    traces: models.leading.traces,
  };
}

/** Where chance decided otherwise on the one than on the other: from then on nothing that one does binds the other. */
function partedByChance({ leading, other }: Models): { step: number; freedom: FreedomId } | undefined {
  for (const [step, draws] of (leading.drawn ?? []).entries()) {
    const others = other.drawn?.[step] ?? [];
    const draw = draws.find(({ taken }, nth) => taken !== others[nth]?.taken);
    if (draw) return { step, freedom: draw.freedom };
  }
  return undefined;
}

function openIn({ emitted, conntrack }: Observation, model: Observation): Partial<Observation> {
  const { undetermined } = model;
  return {
    emitted: withOpenFields(emitted, model.emitted),
    conntrack: withOpenPorts(conntrack, model.conntrack),
    ...(undetermined && { undetermined }),
  };
}

/** What the model leaves open of a frame is open in the same frame of the kernel; of none where the model has no such frame. */
function withOpenFields(frames: readonly Emitted[], model: readonly Emitted[]): Emitted[] {
  return frames.map((emitted) => {
    const twin = model.find(({ link, frame, open = [] }) => {
      const same = withoutOpenFields(frame, open);
      return link === emitted.link && Buffer.compare(same, withoutOpenFields(emitted.frame, open)) === 0;
    });
    return twin?.open ? { ...emitted, open: twin.open } : emitted;
  });
}
