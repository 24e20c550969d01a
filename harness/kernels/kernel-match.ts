import { compareVersions } from './debian-version.ts';
import { flavours, imagePackage } from './kernel-packages.ts';
import type { KernelSpec } from './kernel-spec.ts';

/** A kernel known by its image package, be it on offer or in the cache. */
export interface NamedKernel {
  /** Of the image package. */
  name: string;
  /** Of the package: "6.1.192-2". */
  version: string;
}

export const releaseOf = (name: string): string | undefined => imagePackage.exec(name)?.groups?.release;

export const seriesOf = (release: string): string => release.split('.').slice(0, 2).join('.');

/** Of several flavours the best one, of several versions the newest first. */
export function newestFirst<T extends NamedKernel>(kernels: readonly T[]): T[] {
  const flavour = flavours.find((suffix) => kernels.some(({ name }) => name.endsWith(suffix)));
  return kernels
    .filter(({ name }) => flavour !== undefined && name.endsWith(flavour))
    .sort((a, b) => compareVersions(b.version, a.version));
}

/** "6.12.107+deb12-cloud-amd64" may be called by less: without flavour, without "+deb12". */
function spellings({ name, version }: NamedKernel): string[] {
  const release = releaseOf(name) ?? '';
  const flavour = flavours.find((suffix) => release.endsWith(suffix)) ?? '';
  const bare = release.slice(0, release.length - flavour.length);
  const upstream = version.replace(/-[^-]*$/, '');
  return [release, bare, bare.replace(/\+deb[\d.]+$/, ''), version, upstream];
}

/** The kernel that is meant, of these; undefined when none fits. */
export function matchKernel<T extends NamedKernel>(spec: KernelSpec, kernels: readonly T[]): T | undefined {
  const images = kernels.filter(({ name }) => imagePackage.test(name));
  if (spec.kind === 'series')
    return newestFirst(images.filter(({ name }) => seriesOf(releaseOf(name)!) === spec.series))[0];
  if (spec.kind === 'version') {
    const meant = images.filter((kernel) => spellings(kernel).includes(spec.version));
    return newestFirst(meant)[0] ?? meant[0];
  }
  if (spec.kind !== 'package') return undefined;
  const named = kernels.filter(({ name }) => name === spec.name);
  return named.sort((a, b) => compareVersions(b.version, a.version))[0];
}
