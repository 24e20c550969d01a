import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cache, EntrySpec } from './cache.ts';
import { matchKernel, type NamedKernel } from './kernel-match.ts';
import type { KernelSpec } from './kernel-spec.ts';

/** A kernel in the cache; `key` is the name of its folder. */
export interface CachedKernel extends NamedKernel {
  key: string;
}

export const kernelEntry = (key: string): EntrySpec => ({
  kind: 'kernels',
  key,
  check: ['kernel.json', 'config', 'vmlinux'],
});

/** A colon (of an epoch) would end the name in lists of paths. */
export const packageKey = ({ name, version }: NamedKernel): string =>
  `${name}_${version}`.replaceAll(':', '%3a');

/** `added_RELEASE_HASH` was given by the user under its release; `local_RELEASE_HASH` is found by its path only. */
export const localKey = (kind: 'added' | 'local', release: string, hash: string): string =>
  `${kind}_${release}_${hash}`;

/** Kernels that came from packages. Those being written, and the locks beside them, have other names. */
export async function cachedKernels(cache: Cache): Promise<CachedKernel[]> {
  const keys = await readdir(join(cache.root, 'kernels')).catch(() => []);
  return keys.flatMap((key) => {
    const [, name, version] = /^(linux-image-[^_]+)_([^_]+?)(?<!\.tmp|\.lock)$/.exec(key) ?? [];
    return name === undefined ? [] : [{ key, name, version: version!.replaceAll('%3a', ':') }];
  });
}

/** Releases that the user added, each with its folder. */
export async function addedKernels(cache: Cache): Promise<{ key: string; release: string }[]> {
  const keys = await readdir(join(cache.root, 'kernels')).catch(() => []);
  return keys.flatMap((key) => {
    const release = /^added_(.+)_[0-9a-f]{16}$/.exec(key)?.[1];
    return release === undefined ? [] : [{ key, release }];
  });
}

/** Folder name of the cached kernel that is meant: what the user added goes first, under its exact release. */
export async function findCached(spec: KernelSpec, cache: Cache): Promise<string | undefined> {
  if (spec.kind === 'version') {
    const added = (await addedKernels(cache)).find(({ release }) => release === spec.version);
    if (added !== undefined) return added.key;
  }
  return matchKernel(spec, await cachedKernels(cache))?.key;
}
