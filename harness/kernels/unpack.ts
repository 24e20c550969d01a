import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MachineError } from '../errors.ts';
import { runProgram } from '../system/run-program.ts';
import { vmlinuxOf } from './bzimage.ts';
import { filesBelow } from './checksums.ts';
import { hasPvhEntry } from './elf.ts';
import type { KernelRecord } from './installed-kernel.ts';
import { moduleName } from './modules.ts';

/** Where the pieces are in an unpacked package: /boot for long, below /usr/lib/modules in newer ones. */
const pieces = {
  image: /^(?:boot\/vmlinuz-.+|(?:usr\/)?lib\/modules\/[^/]+\/vmlinuz)$/,
  config: /^(?:boot\/config-.+|(?:usr\/)?lib\/modules\/[^/]+\/config)$/,
  builtin: /^(?:usr\/)?lib\/modules\/[^/]+\/modules\.builtin$/,
  modules: /^(?:usr\/)?lib\/modules\/([^/]+)\/kernel\/.+\.ko(?:\.\w+)?$/,
} as const;

function piece(files: readonly string[], which: keyof typeof pieces): string {
  const found = files.find((path) => pieces[which].test(path));
  if (found === undefined)
    throw new MachineError(`the kernel package has no ${which} (nothing like ${pieces[which].source})`);
  return found;
}

/** Ticks a second that a kernel was configured for. */
export function hzOf(config: string): number {
  const hz = Number(/^CONFIG_HZ=(\d+)$/m.exec(config)?.[1]);
  if (!Number.isInteger(hz)) throw new MachineError('the kernel configuration has no CONFIG_HZ');
  return hz;
}

/** Module names in the text of a modules.builtin file. */
export const builtinNames = (text: string): string[] =>
  text.split('\n').flatMap((line) => moduleName(line) ?? []);

/** Moves the modules out of the package tree, so that a kernel folder looks the same whatever it came from. */
async function moveModules(tree: string, files: readonly string[], folder: string): Promise<void> {
  for (const path of files.filter((name) => pieces.modules.test(name))) {
    const destination = join(folder, 'modules', path.replace(/^.*?\/kernel\//, ''));
    await mkdir(dirname(destination), { recursive: true });
    await rename(join(tree, path), destination);
  }
}

/**
 * Turns kernel packages into one folder: `vmlinux` (what QEMU boots), `config`, `modules/…`, and
 * `kernel.json` (a KernelRecord). `version` is the package version. Nothing is installed.
 */
export async function unpackKernel(
  packages: readonly string[],
  version: string,
  folder: string,
): Promise<void> {
  const tree = join(folder, 'package');
  for (const path of packages) await runProgram('dpkg-deb', ['-x', path, tree]);
  const files = await filesBelow(tree);
  const image = piece(files, 'image');
  const release = pieces.modules.exec(piece(files, 'modules'))![1]!;
  const packed = await readFile(join(tree, image));
  const vmlinux = await vmlinuxOf(packed, image);
  await writeFile(join(folder, 'vmlinux'), hasPvhEntry(vmlinux) ? vmlinux : packed);
  await cp(join(tree, piece(files, 'config')), join(folder, 'config'));
  const hz = hzOf(await readFile(join(folder, 'config'), 'utf8'));
  const builtin = builtinNames(await readFile(join(tree, piece(files, 'builtin')), 'utf8'));
  await moveModules(tree, files, folder);
  await writeFile(
    join(folder, 'kernel.json'),
    JSON.stringify({ release, version, hz, builtin } satisfies KernelRecord),
  );
  await rm(tree, { recursive: true });
}
