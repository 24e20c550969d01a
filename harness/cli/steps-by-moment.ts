import { PHASES } from '../../spec/timer-wheel.ts';
import type { ModelDirector } from '../directors/model.ts';
import type { Plan } from '../play/plan.ts';
import { framesOut } from './frames-out.ts';

/** Jiffies that a step may take: one in a microVM, up to half a second in scripts, which listen. */
const PACES = [1, 16, 32, 64, 128];

/**
 * The plan's steps (from 1) in which what comes out depends on when they are played. The kernel's timers end with their
 * slots, up to an eighth later than they are set for. Directors of ours begin at a slot's end, so that each play is as
 * the other; whoever plays a script begins at any moment.
 */
export function stepsByMoment(plan: Plan, model: ModelDirector): ReadonlySet<number> {
  const plays = PHASES.flatMap((phase) =>
    PACES.map((pace) => model.playAt(plan, model.clockOf(plan, { phase, pace })).observations.map(framesOut)),
  );
  const [first, ...others] = plays as [string[], ...string[][]];
  const steps = [...first.keys()];
  return new Set(steps.filter((step) => others.some((other) => other[step] !== first[step])));
}
