import { MachineError } from '../errors.ts';
import type { Download } from './kernel-download.ts';
import { kernelFilesPackage, signedSources } from './kernel-packages.ts';
import type { OfferedPackage } from './offered-package.ts';

/** The packages of which a kernel consists. */
export interface KernelParts {
  /** In the lists, with checksums; the image package first. */
  listed: OfferedPackage[];
  /** No longer in any list, but where the pool of the mirror would have them. */
  unlisted: Download[];
}

/** Packages built together lie together, so the place of one tells that of another. */
function inThePool(name: string, image: OfferedPackage): Download {
  const source = signedSources.find(({ signed }) => signed === image.source);
  const { version, uri } = image;
  const file = uri.slice(uri.lastIndexOf('/') + 1);
  // As in the URI of the image: "+" may be written "%2b" there.
  const suffix = file.slice(file.lastIndexOf('_', file.lastIndexOf('_') - 1));
  if (source === undefined) {
    const message = `kernel ${image.name} ${version} cannot be had: its package ${name} is in no list`;
    throw new MachineError(message);
  }
  const folder = uri.slice(0, uri.lastIndexOf('/')).replace(`/${source.signed}`, `/${source.unsigned}`);
  return { name, version, uri: `${folder}/${name}${suffix}`, sizeBytes: undefined, sha256: undefined };
}

/** Every package that carries files of this kernel, found through their dependencies. */
export function kernelParts(image: OfferedPackage, offered: readonly OfferedPackage[]): KernelParts {
  const listed = [image];
  const unlisted = new Map<string, Download>();
  for (const part of listed) {
    for (const name of part.depends.filter((depend) => kernelFilesPackage.test(depend))) {
      if (listed.some((known) => known.name === name) || unlisted.has(name)) continue;
      const found = offered.find((each) => each.name === name && each.version === image.version);
      if (found === undefined) unlisted.set(name, inThePool(name, image));
      else listed.push(found);
    }
  }
  return { listed, unlisted: [...unlisted.values()] };
}
