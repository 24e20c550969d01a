import { InputError, MachineError } from '../errors.ts';
import type { Progress } from '../system/progress.ts';
import { Cache } from './cache.ts';
import { addedKernels, findCached, kernelEntry, packageKey } from './cached-kernels.ts';
import { chooseKernel, newestOfEachSeries, notOffered } from './choose-kernel.ts';
import { fetchKernel, type KernelSource } from './fetch-kernel.ts';
import type { InstalledKernel } from './installed-kernel.ts';
import { releaseOf, seriesOf } from './kernel-match.ts';
import { type KernelSpec, parseKernelSpec, splitModules } from './kernel-spec.ts';
import { loadKernel } from './load-kernel.ts';
import { cacheLocalKernel } from './local-kernel.ts';
import { MachinePackages } from './machine-packages.ts';
import type { OfferedPackage } from './offered-package.ts';
import { replaceModules } from './replace-modules.ts';

/** The guest runs this machine's own tools, so both must be of one architecture. */
function requireX86(): void {
  if (process.arch !== 'x64')
    throw new MachineError(`directors are x86-64 guests; this machine is ${process.arch}`);
}

export function systemSource(): KernelSource {
  const cache = new Cache();
  return { packages: new MachinePackages(cache), cache };
}

/** Remembers which kernel was taken by default: it must not change between two runs unasked. */
const defaultNote = 'kernel-default';

const cachedKey = (spec: KernelSpec, cache: Cache): Promise<string | undefined> =>
  spec.kind === 'default' ? cache.recall(defaultNote) : findCached(spec, cache);

/** The image package that is meant, with all packages among which it was found. */
interface Choice {
  image: OfferedPackage;
  offered: readonly OfferedPackage[];
}

/** What the machine itself would install has its own lists; everything else is looked up in all suites. */
async function choose(
  text: string | undefined,
  { packages }: KernelSource,
  progress: Progress,
  refresh: 'daily' | 'now' = 'daily',
): Promise<Choice> {
  const spec = parseKernelSpec(text);
  if (spec.kind === 'default' || spec.kind === 'package') {
    const offered = await packages.own();
    const image = chooseKernel(spec, offered);
    if (image !== undefined) return { image, offered };
  }
  const offer = await packages.all(progress, refresh);
  const image = chooseKernel(spec, offer.packages);
  if (image === undefined) throw notOffered(text, offer.packages, offer.trouble);
  return { image, offered: offer.packages };
}

/** The kernel as it is, fetched and unpacked if need be. */
async function stockKernel(
  text: string | undefined,
  progress: Progress,
  source: KernelSource,
): Promise<InstalledKernel> {
  const { cache } = source;
  const spec = parseKernelSpec(text);
  if (spec.kind === 'path') return loadKernel(await cacheLocalKernel(spec, 'local', cache, progress));
  const known = await cachedKey(spec, cache);
  const cached = known === undefined ? undefined : await cache.find(kernelEntry(known));
  if (cached !== undefined) return loadKernel(cached);
  const { image, offered } = await choose(text, source, progress);
  const kernel = await loadKernel(await fetchKernel(image, offered, source, progress));
  if (spec.kind === 'default') await cache.remember(defaultNote, packageKey(image));
  return kernel;
}

/**
 * The kernel that `text` names (see splitModules and KernelSpec; undefined: the distribution's default), fetched
 * and unpacked at the first call. A kernel in the cache that fits is taken as it is, without looking for a newer
 * one, online or not.
 */
export async function readyKernel(
  text: string | undefined,
  progress: Progress,
  source: KernelSource = systemSource(),
): Promise<InstalledKernel> {
  requireX86();
  const { kernel, modules } = splitModules(text);
  return replaceModules(await stockKernel(kernel, progress, source), modules);
}

/**
 * The kernel that `readyKernel` would give, as its entry in the cache describes it; undefined when it is not there.
 * What is to be booted is not read: this is for those who need to know the kernel before they need it.
 */
export async function knownKernel(
  text: string | undefined,
  cache: Cache = new Cache(),
): Promise<InstalledKernel | undefined> {
  const { kernel, modules } = splitModules(text);
  const spec = parseKernelSpec(kernel);
  const known = spec.kind === 'path' ? undefined : await cachedKey(spec, cache);
  if (known === undefined) return undefined;
  const folder = await cache.find({ ...kernelEntry(known), check: ['kernel.json', 'config'] });
  return folder === undefined ? undefined : replaceModules(await loadKernel(folder), modules);
}

/** The newest kernel on offer that `text` names, also when the cache has an older one that would do. */
export async function fetchNewest(
  text: string,
  source: KernelSource,
  progress: Progress,
  refresh: 'daily' | 'now',
): Promise<InstalledKernel> {
  requireX86();
  if (parseKernelSpec(text).kind === 'path')
    throw new InputError(`kernel ${text} is here already; kernels add keeps it under its release`);
  const { image, offered } = await choose(text, source, progress, refresh);
  return loadKernel(await fetchKernel(image, offered, source, progress));
}

/** Every series of which a kernel is on offer: "5.10", "6.1" … */
export async function seriesOnOffer(
  { packages }: KernelSource,
  progress: Progress,
  refresh: 'daily' | 'now',
): Promise<string[]> {
  const offer = await packages.all(progress, refresh);
  return newestOfEachSeries(offer.packages).map(({ name }) => seriesOf(releaseOf(name)!));
}

/** Keeps a kernel of the user's own in the cache, where its release names it from now on. */
export async function addLocal(
  spec: { path: string; modules: string | undefined },
  { cache }: KernelSource,
  progress: Progress,
): Promise<InstalledKernel> {
  // What could not be booted must not be found by its name later.
  await loadKernel(await cacheLocalKernel(spec, 'local', cache, progress));
  const folder = await cacheLocalKernel(spec, 'added', cache, progress);
  const kernel = await loadKernel(folder);
  const others = (await addedKernels(cache)).filter(({ release }) => release === kernel.release);
  for (const { key } of others) if (!folder.endsWith(key)) await cache.remove(kernelEntry(key));
  return kernel;
}
