import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../errors.ts';
import type { Progress } from '../system/progress.ts';
import { runProgram } from '../system/run-program.ts';
import type { Cache } from './cache.ts';
import { kernelEntry, localKey } from './cached-kernels.ts';
import { sha256 } from './checksums.ts';
import { elfSection } from './elf.ts';
import { findLocalFiles } from './find-local-files.ts';
import type { KernelRecord } from './installed-kernel.ts';
import { readKernelImage } from './kernel-image.ts';
import type { LocalFiles } from './local-files.ts';
import { insistsOnSignatures } from './module-signature.ts';
import { neededModules } from './needed-modules.ts';
import { builtinNames, hzOf } from './unpack.ts';

/** CONFIG_IKCONFIG: the kernel carries its configuration, packed, behind this mark (kernel/configs.c). */
const carriedMark = Buffer.from('IKCFG_ST');

function carriedConfig(vmlinux: Buffer): string | undefined {
  const start = vmlinux.indexOf(carriedMark);
  const end = vmlinux.indexOf('IKCFG_ED', start);
  if (start < 0 || end < 0) return undefined;
  return gunzipSync(vmlinux.subarray(start + carriedMark.length, end)).toString();
}

async function configOf({ config, image, release }: LocalFiles, vmlinux: Buffer): Promise<string> {
  const text = config === undefined ? undefined : await readFile(config, 'utf8').catch(() => undefined);
  const found = text ?? carriedConfig(vmlinux);
  if (found !== undefined) return found;
  throw new InputError(
    `kernel ${image}: its configuration is not known (it tells HZ); put it beside the image as config-${release}`,
  );
}

/** Debugging symbols make a kernel ten times as large, and a guest needs its memory. */
async function writeStripped(path: string, elf: Buffer, keep: boolean): Promise<void> {
  await writeFile(path, elf);
  if (!keep && elfSection(elf, '.debug_info') !== undefined)
    await runProgram('strip', ['--strip-debug', path]);
}

/** Fills a folder of the cache as unpackKernel does. */
async function build(files: LocalFiles, folder: string): Promise<void> {
  const { release, version, vmlinux, bootable } = await readKernelImage(
    await readFile(files.image),
    files.image,
  );
  const config = await configOf(files, vmlinux);
  const builtin = files.builtin === undefined ? '' : await readFile(files.builtin, 'utf8').catch(() => '');
  const record: KernelRecord = { release, version, hz: hzOf(config), builtin: builtinNames(builtin) };
  await writeStripped(join(folder, 'vmlinux'), bootable, bootable !== vmlinux);
  await writeFile(join(folder, 'config'), config);
  await mkdir(join(folder, 'modules'));
  for (const { name, bytes } of await neededModules(files.modules, release))
    await writeStripped(join(folder, 'modules', `${name}.ko`), bytes, insistsOnSignatures(config));
  await writeFile(join(folder, 'kernel.json'), JSON.stringify(record));
}

/** Changes when any file of the kernel was written anew; costs a stat call each. */
async function identityOf({ image, config, builtin, modules }: LocalFiles): Promise<string> {
  const paths = [image, config, builtin, ...modules].filter((path) => path !== undefined);
  const lines = paths.map((path) =>
    stat(path).then(
      ({ size, mtimeMs }) => `${path} ${size} ${mtimeMs}`,
      () => '',
    ),
  );
  return sha256((await Promise.all(lines)).join('\n')).slice(0, 16);
}

/**
 * Folder in the cache of a kernel that is not from a package: an image with its modules, or a build tree.
 * Copied, because the next build overwrites the files that a run still needs. `kind` says whether it can be
 * named by its release later.
 */
export async function cacheLocalKernel(
  { path, modules }: { path: string; modules: string | undefined },
  kind: 'added' | 'local',
  cache: Cache,
  progress: Progress,
): Promise<string> {
  const files = await findLocalFiles(path, modules);
  const key = localKey(kind, files.release, await identityOf(files));
  progress(`reading kernel ${files.release}`);
  return cache.obtain(kernelEntry(key), (folder) => build(files, folder), progress);
}
