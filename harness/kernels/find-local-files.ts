import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { filesOfBuildTree, isBuildTree } from './build-tree.ts';
import { releaseOfImage } from './kernel-image.ts';
import type { LocalFiles } from './local-files.ts';

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}

/** A folder of modules as `make modules_install` lays it out, or one that just holds some. */
async function modulesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.ko(?:\.\w+)?$/.test(name)).map((name) => join(folder, name));
}

/** Where modules belong that are installed together with an image, as in /boot and /lib/modules. */
function usualModules(image: string, release: string): string[] {
  const beside = [join(dirname(image), '..'), dirname(image), '/'];
  return beside.flatMap((root) =>
    [join(root, 'lib'), join(root, 'usr', 'lib')].map((lib) => join(lib, 'modules', release)),
  );
}

/** The user may mean the folder of the release itself or what was given to INSTALL_MOD_PATH. */
async function modulesFolder(
  image: string,
  release: string,
  given: string | undefined,
): Promise<string | undefined> {
  if (given === undefined) return firstExisting(usualModules(image, release));
  return firstExisting([join(given, 'lib', 'modules', release), join(given, release), given]);
}

async function filesOfImage(image: string, given: string | undefined): Promise<LocalFiles> {
  const release = releaseOfImage(await readFile(image), image);
  const folder = await modulesFolder(image, release, given);
  const beside = dirname(image);
  const configs = [
    join(beside, basename(image).replace(/^(?:vmlinuz|bzImage|vmlinux)/, 'config')),
    ...(folder === undefined ? [] : [join(folder, 'config'), join(folder, 'build', '.config')]),
    ...[join(beside, `config-${release}`), join(beside, '.config'), join('/boot', `config-${release}`)],
  ].filter((path) => path !== image);
  return {
    image,
    release,
    config: await firstExisting(configs),
    builtin: folder === undefined ? undefined : join(folder, 'modules.builtin'),
    modules: folder === undefined ? [] : await modulesBelow(folder),
  };
}

/** The tree whose image this is; undefined for an image that was taken elsewhere. */
async function treeOf(image: string): Promise<string | undefined> {
  const candidates = [dirname(image), join(dirname(image), '..', '..', '..')];
  for (const folder of candidates) if (await isBuildTree(folder)) return folder;
  return undefined;
}

/**
 * Finds the pieces of the kernel at `path`: an image, or a build tree. `modules` is where the user says
 * that an image's modules are.
 * @throws InputError that says what is not there
 */
export async function findLocalFiles(path: string, modules: string | undefined): Promise<LocalFiles> {
  const absolute = resolve(path);
  try {
    if ((await stat(absolute)).isDirectory()) return await filesOfBuildTree(absolute);
    const tree = modules === undefined ? await treeOf(absolute) : undefined;
    return tree === undefined
      ? await filesOfImage(absolute, modules && resolve(modules))
      : await filesOfBuildTree(tree, absolute);
  } catch (cause) {
    const { code, path: where } = cause as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw cause;
    throw new InputError(`kernel ${path}: ${where} may not be read`);
  }
}
