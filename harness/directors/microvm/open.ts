import { type Kernel, kernelOf } from '../../../spec/kernel.ts';
import { MachineError } from '../../errors.ts';
import { buildAgent } from '../../kernels/agent-build.ts';
import { guestImage } from '../../kernels/guest-image.ts';
import { readyKernel } from '../../kernels/kernel.ts';
import { findProgram } from '../../system/find-program.ts';
import type { Progress } from '../../system/progress.ts';
import { MicrovmDirector } from './director.ts';
import type { GuestOptions } from './guest.ts';

/** Chosen by measurement; the reasons are in README.md. */
const MACHINE = {
  memoryMiB: 192,
  cpu: 'qemu64,+rdrand',
  icountShift: 0,
  kernelArguments: [],
  bootDeadlineMs: 120_000,
  scenarioDeadlineMs: 120_000,
} as const satisfies Partial<GuestOptions>;

const QEMU = 'qemu-system-x86_64';

/**
 * Everything that a guest of the kernel that `spec` names (undefined: the default one) needs, made ready.
 * @throws MachineError, InputError when kernel, tools or agent cannot be had
 */
export async function guestOptions(
  spec: string | undefined,
  progress: Progress,
): Promise<{ kernel: Kernel; options: GuestOptions }> {
  const program = findProgram(QEMU);
  if (!program) throw new MachineError(`missing: ${QEMU}; lvscheck doctor names what to install`);
  const kernel = await readyKernel(spec, progress);
  const initramfsPath = await guestImage(kernel, await buildAgent(progress), progress);
  const options = { ...MACHINE, program, vmlinuxPath: kernel.vmlinux, initramfsPath };
  return { kernel: kernelOf(kernel), options };
}

/** A director with that kernel, which has not booted yet. */
export async function openMicrovm(
  name: string,
  spec: string | undefined,
  progress: Progress,
): Promise<MicrovmDirector> {
  const { kernel, options } = await guestOptions(spec, progress);
  return new MicrovmDirector(name, kernel, options);
}
