import type { Voices } from '../../system/progress.ts';
import type { MicrovmKernel } from '../microvm/director.ts';
import { Guest } from '../microvm/guest.ts';
import { guestOptions } from '../microvm/open.ts';
import { containedQemu } from './contained-qemu.ts';
import { BOOT, emulatorImage } from './emulator-image.ts';
import { reachableEngine } from './engine.ts';
import { importedImage } from './image.ts';
import { sweepLeftovers } from './leftovers.ts';

/**
 * The microVM's kernels and guests, with QEMU in a container. Every guest boots: a snapshot is of the QEMU that wrote
 * it, and what is played comes out the same.
 *
 * @param spec the kernel; undefined: the default one
 * @throws MachineError, InputError when engine, kernel or QEMU cannot be had
 */
export async function containedMicrovm(
  spec: string | undefined,
  { progress, note }: Voices,
): Promise<MicrovmKernel> {
  const engine = await reachableEngine();
  await sweepLeftovers(engine, note);
  const { kernel, lacks, options } = await guestOptions(spec, progress);
  const image = await emulatorImage(options, progress);
  // Looked for each time: somebody may have removed it.
  const name = () => importedImage(engine, image, progress);
  await name();
  const inside = { ...options, ...BOOT, start: containedQemu(engine, name) };
  return { kernel, lacks, guests: { guest: () => Guest.boot(inside) } };
}
