import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { sha256 } from './checksums.ts';
import { unpackModule } from './compression.ts';
import { isKernelElf } from './elf.ts';
import type { InstalledKernel, ModuleFile } from './installed-kernel.ts';
import { moduleInfo } from './modinfo.ts';
import { insistsOnSignatures, splitSignature } from './module-signature.ts';
import { moduleName } from './modules.ts';

const infoOf = async (path: string, packed: Buffer): Promise<{ module: Buffer; vermagic: string }> => {
  const module = await unpackModule(packed);
  if (!isKernelElf(module)) throw new InputError(`--module ${path} is not an x86-64 kernel module`);
  return { module, vermagic: moduleInfo(module, path).vermagic };
};

/** What a module of this kernel must call itself built for; undefined when the kernel has none to compare with. */
async function expectedVermagic(kernel: InstalledKernel, name: string): Promise<string | undefined> {
  const model = kernel.modules.find((module) => module.name === name) ?? kernel.modules[0];
  return model && (await infoOf(model.path, await readFile(model.path))).vermagic;
}

/** The kernel itself would only say "Invalid module format", on the console of a guest. */
async function check(path: string, packed: Buffer, name: string, kernel: InstalledKernel): Promise<void> {
  const { module, vermagic } = await infoOf(path, packed);
  const expected = (await expectedVermagic(kernel, name)) ?? kernel.release;
  const built = expected === kernel.release ? vermagic.split(' ')[0] : vermagic;
  if (built !== expected)
    throw new InputError(`--module ${path} was built for "${built}", and the kernel takes "${expected}"`);
  const unsigned = splitSignature(module).signature.length === 0;
  if (unsigned && insistsOnSignatures(await readFile(kernel.config, 'utf8')))
    throw new InputError(
      `--module ${path} is not signed, and kernel ${kernel.release} insists on signatures`,
    );
}

async function replacement(given: string, kernel: InstalledKernel): Promise<ModuleFile> {
  const path = resolve(given);
  const name = moduleName(path);
  if (name === undefined) throw new InputError(`--module ${given}: the name of a module ends in .ko`);
  const replaceable = [
    ...kernel.modules.map((module) => module.name),
    ...kernel.lacks.map(({ what }) => what),
  ];
  if (!replaceable.includes(name))
    throw new InputError(
      `--module ${given}: kernel ${kernel.release} has no module ${name}, or it is built in`,
    );
  const packed = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`--module ${given}: it cannot be read (${cause.code})`);
  });
  await check(given, packed, name, kernel);
  return { name, path, sha256: sha256(packed) };
}

/**
 * The same kernel with these module files in place of its own of the same name, or added to them: the usual
 * way to try a patched ip_vs.ko on a stock kernel.
 * @throws InputError when one is no module or was built for another kernel
 */
export async function replaceModules(
  kernel: InstalledKernel,
  paths: readonly string[],
): Promise<InstalledKernel> {
  if (paths.length === 0) return kernel;
  const given: ModuleFile[] = [];
  for (const path of paths) given.push(await replacement(path, kernel));
  const names = new Set(given.map(({ name }) => name));
  return {
    ...kernel,
    modules: [...kernel.modules.filter(({ name }) => !names.has(name)), ...given],
    lacks: kernel.lacks.filter(({ what }) => !names.has(what)),
    identity: sha256([kernel.identity, ...given.map((module) => module.sha256)].join(' ')),
  };
}
