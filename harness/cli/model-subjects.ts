import { type Kernel, kernelOf } from '../../spec/kernel.ts';
import { BROKEN_DIRECTORS, brokenDirector } from '../directors/broken.ts';
import { ModelDirector } from '../directors/model.ts';
import { Recorder } from '../directors/recording.ts';
import { InputError } from '../errors.ts';
import type { Lead, ReferenceFor } from '../play/lead.ts';
import type { Subject } from '../play/seat.ts';

/** The kernel that the model stands for where no real one is played beside it: Debian 12's. */
const MODEL_KERNEL = kernelOf({ release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 });

/** What directors are compared with; it counts what the comparison reached. */
export const referenceFor: ReferenceFor = (kernel) => new ModelDirector(kernel, { recorder: new Recorder() });

export function modelLead(): Lead {
  return new ModelDirector(MODEL_KERNEL);
}

/** The model that an explanation is read from, or an export made of. */
export function explainingModel(kernel: Kernel = MODEL_KERNEL): ModelDirector {
  return new ModelDirector(kernel);
}

export function modelSubject(): Subject {
  return { name: 'model', open: async () => new ModelDirector(MODEL_KERNEL) };
}

/** A broken director by its id. Its name is the one that replays it. */
export function brokenSubject(id: string): Subject {
  if (!brokenDirector(id, MODEL_KERNEL))
    throw new InputError(
      `no broken director "${id}"; there are ${BROKEN_DIRECTORS.map((each) => each.id).join(', ')}, and kernel-CHANGE for each of "lvscheck kernels changes"`,
    );
  return { name: `broken:${id}`, open: async () => brokenDirector(id, MODEL_KERNEL)! };
}
