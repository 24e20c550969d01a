import { MicrovmDirector } from '../directors/microvm/director.ts';
import { microvmKernel } from '../directors/microvm/open.ts';
import type { Subject } from '../play/seat.ts';
import type { Progress } from '../system/progress.ts';
import { ensureTools } from '../system/tools.ts';

/**
 * A real kernel in QEMU. Tools, kernel and guest image are made ready here, so that what is missing is said before
 * anything is played.
 *
 * @throws MachineError, InputError when they cannot be had
 */
export async function microvmSubject(
  name: string,
  kernel: string | undefined,
  progress: Progress,
): Promise<Subject> {
  await ensureTools(progress);
  const microvm = await microvmKernel(kernel, progress);
  const lacks = new Set(microvm.lacks.map(({ what }) => what));
  return { name, lacks, open: async () => new MicrovmDirector(name, microvm) };
}
