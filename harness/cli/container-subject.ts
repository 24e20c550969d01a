import { ContainerDirector } from '../directors/container/director.ts';
import { hostKernel } from '../directors/container/open.ts';
import { containedMicrovm } from '../directors/container/open-emulator.ts';
import { MicrovmDirector } from '../directors/microvm/director.ts';
import type { Subject } from '../play/seat.ts';
import { ensureTools } from '../system/tools.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * The kernel that Docker's containers run on. The image is made and the kernel asked here, so that what is missing is
 * said before anything is played.
 *
 * @param image undefined: ours
 * @throws MachineError, InputError when it cannot be had
 */
export async function containerSubject(
  name: string,
  image: string | undefined,
  { voices, maxWaitMs, loadModules }: Surroundings,
): Promise<Subject> {
  await ensureTools(voices.progress);
  const host = await hostKernel({ image, maxWaitMs, loadModules }, voices);
  const ipvs = !host.lacks.some(({ what }) => what === 'ip_vs');
  return { name, limits: { ipvs, waitMs: maxWaitMs }, open: async () => new ContainerDirector(name, host) };
}

/** As a microVM, but QEMU runs in a container. */
export async function containedMicrovmSubject(
  name: string,
  kernel: string | undefined,
  { voices }: Surroundings,
): Promise<Subject> {
  await ensureTools(voices.progress);
  const microvm = await containedMicrovm(kernel, voices);
  return { name, open: async () => new MicrovmDirector(name, microvm) };
}
