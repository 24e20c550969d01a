import { readFile } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import { unpackModule } from './compression.ts';
import { moduleInfo } from './modinfo.ts';
import { wantedModules } from './module-table.ts';
import { type LoadableModule, loadOrder, moduleName } from './modules.ts';

/** A module that was built for another kernel would be refused by this one, at boot and with no word to the user. */
function checkRelease(path: string, vermagic: string, release: string): void {
  const built = vermagic.split(' ')[0] ?? '';
  if (built === release || built === '') return;
  throw new InputError(`module ${path} was built for ${built}, and the kernel is ${release}`);
}

/** Those of these module files that a guest may load, unpacked. Paths that do not exist are passed over. */
export async function neededModules(paths: readonly string[], release: string): Promise<LoadableModule[]> {
  const byName = new Map(paths.map((path) => [moduleName(path), path]));
  const load = async (name: string): Promise<LoadableModule | undefined> => {
    const path = byName.get(name);
    const packed = path === undefined ? undefined : await readFile(path).catch(() => undefined);
    if (path === undefined || packed === undefined) return undefined;
    const bytes = await unpackModule(packed);
    const { depends, soft, vermagic } = moduleInfo(bytes, path);
    checkRelease(path, vermagic, release);
    return { name, bytes, depends, soft };
  };
  const names = wantedModules.map(({ name }) => name);
  return loadOrder(names, load);
}
