import { readFile, stat } from 'node:fs/promises';
import { kernelOf } from '../../../spec/kernel.ts';
import { MachineError } from '../../errors.ts';
import { buildAgent } from '../../kernels/agent-build.ts';
import { Cache } from '../../kernels/cache.ts';
import { sha256 } from '../../kernels/checksums.ts';
import { guestImage, guestImageKey } from '../../kernels/guest-image.ts';
import { knownKernel, readyKernel } from '../../kernels/kernel.ts';
import { findProgram } from '../../system/find-program.ts';
import type { Progress } from '../../system/progress.ts';
import { MicrovmDirector, type MicrovmKernel } from './director.ts';
import type { GuestOptions, GuestSettings } from './guest.ts';
import { GuestSource } from './guest-source.ts';
import { localQemu } from './local-qemu.ts';
import { kernelCommandLine, machineArguments } from './qemu-command.ts';

/** Chosen by measurement; the reasons are in README.md. */
const MACHINE = {
  memoryMiB: 192,
  cpu: 'qemu64,+rdrand',
  icountShift: 0,
  bootDeadlineMs: 120_000,
  restoreDeadlineMs: 30_000,
  scenarioDeadlineMs: 30_000,
} as const satisfies Partial<GuestSettings>;

const QEMU = 'qemu-system-x86_64';

/** Raised when snapshots of the same ingredients come out different. */
const SNAPSHOT_FORMAT = 1;

function guestSettings(): GuestSettings {
  const program = findProgram(QEMU);
  if (!program) throw new MachineError(`missing: ${QEMU}; lvscheck doctor names what to install`);
  return { ...MACHINE, program, start: localQemu };
}

/**
 * Everything that booting the kernel that `spec` names (undefined: the default one) needs, made ready.
 * @throws MachineError, InputError when kernel, tools or agent cannot be had
 */
export async function guestOptions(
  spec: string | undefined,
  progress: Progress,
): Promise<Pick<MicrovmKernel, 'kernel' | 'lacks'> & { options: GuestOptions }> {
  const settings = guestSettings();
  const kernel = await readyKernel(spec, progress);
  const initramfsPath = await guestImage(kernel, await buildAgent(progress), progress);
  const { vmlinux: vmlinuxPath, bootArguments: kernelArguments } = kernel;
  const options = { ...settings, vmlinuxPath, initramfsPath, kernelArguments };
  return { kernel: kernelOf(kernel), lacks: kernel.lacks, options };
}

/** Finds the kernel that `spec` names (undefined: the default one), and makes its guests ready to start. */
export async function microvmKernel(
  spec: string | undefined,
  progress: Progress,
  cache: Cache = new Cache(),
): Promise<MicrovmKernel> {
  const settings = guestSettings();
  const kernel = (await knownKernel(spec)) ?? (await readyKernel(spec, progress));
  const image = await guestImageKey(kernel, await readFile(await buildAgent(progress)));
  const key = await snapshotKey(settings, image, kernelCommandLine(kernel.bootArguments));
  const bootable = async (): Promise<GuestOptions> => (await guestOptions(spec, progress)).options;
  const guests = new GuestSource({ settings, key, bootable }, cache, progress);
  await guests.prepare();
  return { kernel: kernelOf(kernel), lacks: kernel.lacks, guests };
}

/** The kernel is part of the image's key. A snapshot fits the very QEMU that wrote it, and no other for sure. */
async function snapshotKey(settings: GuestSettings, image: string, commandLine: string): Promise<string> {
  const { size, mtimeMs } = await stat(settings.program);
  const parts = [SNAPSHOT_FORMAT, settings.program, size, mtimeMs, machineArguments(settings), commandLine];
  return `${image}-${sha256(JSON.stringify(parts)).slice(0, 16)}`;
}

/** A director with that kernel, which has no guest yet. */
export async function openMicrovm(
  name: string,
  spec: string | undefined,
  progress: Progress,
): Promise<MicrovmDirector> {
  return new MicrovmDirector(name, await microvmKernel(spec, progress));
}
