import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MachineError } from '../errors.ts';
import type { Progress } from '../system/progress.ts';
import { type Apt, type AptPackage, systemApt } from './apt.ts';
import { Cache, type EntrySpec } from './cache.ts';
import { readChecksums, sha256 } from './checksums.ts';
import { chooseKernel } from './choose-kernel.ts';
import { type InstalledKernel, kernelRecord, type ModuleFile } from './installed-kernel.ts';
import { kernelFilesPackage } from './kernel-packages.ts';
import { wantedModules } from './module-table.ts';
import { moduleName } from './modules.ts';
import { unpackKernel } from './unpack.ts';

/** Where kernels come from and where they are kept; tests give their own. */
export interface KernelSource {
  apt: Apt;
  cache: Cache;
}

/** The guest runs this machine's own tools, so both must be of one architecture. */
function requireX86(): void {
  if (process.arch !== 'x64')
    throw new MachineError(`directors are x86-64 guests; this machine is ${process.arch}`);
}

const systemSource = (): KernelSource => ({ apt: systemApt, cache: new Cache() });

const entryFor = (key: string): EntrySpec => ({
  kind: 'kernels',
  key,
  check: ['kernel.json', 'config', 'vmlinux'],
});

/** The image package and those it needs that carry parts of the same kernel. */
async function withParts(image: AptPackage, apt: Apt): Promise<AptPackage[]> {
  const parts = await apt.candidates(image.depends.filter((name) => kernelFilesPackage.test(name)));
  const deeper = await Promise.all(parts.map((part) => withParts(part, apt)));
  return [image, ...deeper.flat()];
}

/** apt has checked the file against its signed index; this finds a disk that did not keep it. */
async function checkDownload(wanted: AptPackage, path: string): Promise<void> {
  const actual = sha256(await readFile(path));
  if (actual === wanted.sha256) return;
  throw new MachineError(
    `${wanted.name} ${wanted.version}: SHA-256 is ${actual}, the package index says ${wanted.sha256}`,
  );
}

async function fetchAndUnpack(
  image: AptPackage,
  apt: Apt,
  folder: string,
  progress: Progress,
): Promise<void> {
  const downloads = join(folder, 'downloads');
  await mkdir(downloads);
  const files: string[] = [];
  for (const wanted of await withParts(image, apt)) {
    const path = await apt.download(wanted, downloads, progress);
    await checkDownload(wanted, path);
    files.push(path);
  }
  progress(`unpacking ${image.name}`);
  await unpackKernel(files, image.version, folder);
  await rm(downloads, { recursive: true });
}

/** Says which required modules a kernel lacks, or gives the optional ones. */
function missingModules(release: string, has: ReadonlySet<string>): string[] {
  const missing = wantedModules.filter((module) => !has.has(module.name));
  const required = missing.filter((module) => module.required);
  if (required.length === 0) return missing.map((module) => module.name);
  const list = required.map((module) => `${module.name} (${module.why})`).join(', ');
  throw new MachineError(
    `kernel ${release} cannot be a director: it has neither built in nor as a module ${list}`,
  );
}

/** Reads what unpackKernel wrote. */
async function load(folder: string): Promise<InstalledKernel> {
  const record = kernelRecord.parse(JSON.parse(await readFile(join(folder, 'kernel.json'), 'utf8')));
  const checksums = (await readChecksums(folder)) ?? {};
  const modules = Object.entries(checksums).flatMap(([path, sum]): ModuleFile[] => {
    const name = moduleName(path);
    return name === undefined ? [] : [{ name, path: join(folder, path), sha256: sum }];
  });
  const { release, version, hz, builtin } = record;
  return {
    release,
    version,
    series: release.split('.').slice(0, 2).join('.'),
    hz,
    vmlinux: join(folder, 'vmlinux'),
    config: join(folder, 'config'),
    modules,
    modulesMissing: missingModules(release, new Set([...builtin, ...modules.map((module) => module.name)])),
    identity: sha256(JSON.stringify(checksums)),
  };
}

/**
 * The kernel that `spec` names (see chooseKernel; undefined: the distribution's default), fetched and
 * unpacked at the first call. Once it is in the cache, the same spec gives the same kernel without
 * asking apt, online or not.
 */
export async function readyKernel(
  spec: string | undefined,
  progress: Progress,
  { apt, cache }: KernelSource = systemSource(),
): Promise<InstalledKernel> {
  requireX86();
  const note = `kernel-${encodeURIComponent(spec ?? 'default')}`;
  const known = await cache.recall(note);
  const cached = known === undefined ? undefined : await cache.find(entryFor(known));
  if (cached !== undefined) return load(cached);
  const image = await chooseKernel(spec, apt, progress);
  const key = `${image.name}_${image.version}`.replaceAll(':', '%3a');
  const folder = await cache.obtain(
    entryFor(key),
    (into) => fetchAndUnpack(image, apt, into, progress),
    progress,
  );
  const kernel = await load(folder);
  await cache.remember(note, key);
  return kernel;
}
