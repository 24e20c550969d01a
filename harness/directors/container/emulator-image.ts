import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MachineError } from '../../errors.ts';
import { buildAgent } from '../../kernels/agent-build.ts';
import { sha256 } from '../../kernels/checksums.ts';
import { type GuestEntry, orderedTree } from '../../kernels/guest-tree.ts';
import { type HostFile, withLibraries } from '../../kernels/host-files.ts';
import type { Progress } from '../../system/progress.ts';
import type { GuestOptions } from '../microvm/guest.ts';
import { RELAY } from './contained-qemu.ts';
import type { OurImage } from './image.ts';

/** What QEMU loads besides its libraries: where distributions keep it, and what of it. */
const NEEDED = [
  {
    folders: ['/usr/lib/x86_64-linux-gnu/qemu', '/usr/lib64/qemu', '/usr/lib/qemu'],
    name: /^accel-tcg-x86_64\.so$/,
  },
  { folders: ['/usr/share/seabios', '/usr/share/qemu'], name: /^bios-256k\.bin$/ },
  { folders: ['/usr/share/qemu'], name: /^(?:kvmvapic|linuxboot(?:_dma)?|multiboot(?:_dma)?|pvh)\.bin$/ },
] as const;

/** What is booted, in the image. */
export const BOOT = { vmlinuxPath: '/boot/vmlinux', initramfsPath: '/boot/initramfs' } as const;

const relaySources = fileURLToPath(new URL('relay/', import.meta.url));

/** An image with QEMU, a kernel and its guest, all of them from this machine: no registry has them. */
export async function emulatorImage(options: GuestOptions, progress: Progress): Promise<OurImage> {
  const relay = await readFile(await buildAgent(progress, { sources: relaySources }));
  const files = await qemuFiles(options.program);
  const identities = await Promise.all(
    [...files.map(({ from }) => from), options.vmlinuxPath, options.initramfsPath].map(identity),
  );
  return {
    kind: 'microvm',
    key: sha256(JSON.stringify([sha256(relay), identities])).slice(0, 24),
    says: 'the image of an emulator',
    tree: async () =>
      orderedTree([
        { kind: 'file', path: RELAY, mode: 0o755, content: relay },
        await copied(options.vmlinuxPath, BOOT.vmlinuxPath),
        await copied(options.initramfsPath, BOOT.initramfsPath),
        ...(await withLibraries(files.filter(({ from }) => isCode(from)))),
        ...(await Promise.all(
          files.filter(({ from }) => !isCode(from)).map(({ from }) => copied(from, from)),
        )),
        ...['/proc', '/sys', '/dev', '/run', '/tmp'].map(
          (path): GuestEntry => ({ kind: 'directory', path, mode: 0o755 }),
        ),
      ]),
  };
}

const isCode = (path: string): boolean => !path.endsWith('.bin');

async function copied(from: string, path: string): Promise<GuestEntry> {
  return { kind: 'file', path, mode: 0o644, content: await readFile(from) };
}

/** Changes when the file does. */
async function identity(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${path} ${size} ${mtimeMs}`;
}

async function qemuFiles(program: string): Promise<HostFile[]> {
  const found = await Promise.all(
    NEEDED.flatMap(({ folders, name }) => folders.map((folder) => filesIn(folder, name))),
  );
  const paths = found.flat();
  if (!paths.some((path) => path.endsWith('/bios-256k.bin')))
    throw new MachineError(`no firmware of QEMU in ${NEEDED[1].folders.join(', ')}`);
  return [program, ...paths].map((path) => ({ from: path, to: path }));
}

async function filesIn(folder: string, name: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((each) => name.test(each)).map((each) => join(folder, each));
}
