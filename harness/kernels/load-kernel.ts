import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readChecksums, sha256 } from './checksums.ts';
import { type InstalledKernel, kernelRecord, type ModuleFile } from './installed-kernel.ts';
import { seriesOf } from './kernel-match.ts';
import { builtInParameters, lacksOf } from './missing.ts';
import { moduleName } from './modules.ts';

/** The kernel in a folder of the cache. */
export async function loadKernel(folder: string): Promise<InstalledKernel> {
  const record = kernelRecord.parse(JSON.parse(await readFile(join(folder, 'kernel.json'), 'utf8')));
  const checksums = (await readChecksums(folder)) ?? {};
  const modules = Object.entries(checksums).flatMap(([path, sum]): ModuleFile[] => {
    const name = moduleName(path);
    return name === undefined ? [] : [{ name, path: join(folder, path), sha256: sum }];
  });
  const { release, version, hz, builtin } = record;
  const config = join(folder, 'config');
  const files = new Set(modules.map((module) => module.name));
  const has = { modules: new Set([...builtin, ...files]), config: await readFile(config, 'utf8') };
  return {
    release,
    version,
    series: seriesOf(release),
    hz,
    vmlinux: join(folder, 'vmlinux'),
    config,
    modules,
    lacks: lacksOf(release, has),
    bootArguments: builtInParameters(files, has),
    identity: sha256(JSON.stringify(checksums)),
  };
}
