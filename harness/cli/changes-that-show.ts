import { acrossChange, type Kernel } from '../../spec/kernel.ts';
import { CHANGES } from '../../spec/tables/changes.ts';
import type { Plan } from '../play/plan.ts';
import { framesOut } from './frames-out.ts';
import { explainingModel } from './model-subjects.ts';

/** The changes between kernels by which, of a plan's packets, others would come out of the director. */
export function changesThatShow(plan: Plan, kernel: Kernel): readonly (typeof CHANGES)[number][] {
  const sent = allFramesOut(plan, kernel);
  return CHANGES.filter(({ id }) => allFramesOut(plan, acrossChange(kernel, id)) !== sent);
}

function allFramesOut(plan: Plan, kernel: Kernel): string {
  return explainingModel(kernel).playAlone(plan).observations.map(framesOut).join('\n');
}
