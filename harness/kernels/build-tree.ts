import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { LocalFiles } from './local-files.ts';

/** Written by every build of a kernel; says what it is called. */
const releaseFile = join('include', 'config', 'kernel.release');

export const isBuildTree = (folder: string): Promise<boolean> =>
  stat(join(folder, releaseFile)).then(
    () => true,
    () => false,
  );

const modified = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );

/** A bzImage holds its vmlinux without debugging symbols; but one that is older than the vmlinux is of another build. */
async function imageIn(tree: string): Promise<string> {
  const [bzImage, vmlinux] = [join(tree, 'arch', 'x86', 'boot', 'bzImage'), join(tree, 'vmlinux')];
  const [packed, plain] = [await modified(bzImage), await modified(vmlinux)];
  if (packed === 0 && plain === 0)
    throw new InputError(`kernel build tree ${tree} has neither ${bzImage} nor vmlinux: build it first`);
  return packed >= plain ? bzImage : vmlinux;
}

/** Lines "kernel/net/x.ko", or "net/x.o" since 6.2. A tree in which only single folders were built has no such list. */
async function modulesIn(tree: string): Promise<string[]> {
  const order = await readFile(join(tree, 'modules.order'), 'utf8').catch(() => undefined);
  if (order !== undefined) {
    const paths = order.split('\n').filter(Boolean);
    return paths.map((path) => join(tree, path.replace(/^kernel\//, '').replace(/\.o$/, '.ko')));
  }
  const all = await readdir(tree, { recursive: true });
  return all.filter((path) => path.endsWith('.ko')).map((path) => join(tree, path));
}

/** The files of a kernel that was built here; `image` when the user names one of the tree's images. */
export async function filesOfBuildTree(tree: string, image?: string): Promise<LocalFiles> {
  if (!(await isBuildTree(tree)))
    throw new InputError(`${tree} is no kernel build tree: it has no ${releaseFile}`);
  return {
    image: image ?? (await imageIn(tree)),
    release: (await readFile(join(tree, releaseFile), 'utf8')).trim(),
    config: join(tree, '.config'),
    builtin: join(tree, 'modules.builtin'),
    modules: await modulesIn(tree),
  };
}
