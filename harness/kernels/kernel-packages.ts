/**
 * How distributions name their kernel packages. These are metapackages, in the order they are tried;
 * each leads, through its dependencies, to the image package of the kernel the distribution means now.
 */
export const defaultMetapackages = [
  // Debian: small, without firmware and desktop drivers.
  'linux-image-cloud-amd64',
  // Debian derivatives that leave the cloud flavour out.
  'linux-image-amd64',
  // Ubuntu: the kernel for virtual machines.
  'linux-image-virtual',
] as const;

/** An image package proper, with the release in its name; metapackages have at most a series there. */
export const imagePackage = /^linux-image-(?:unsigned-)?(?<release>\d+\.\d+\.\d.*)$/;

/** Packages that carry files of a kernel: newer ones come in several (binary, modules, base with the configuration). */
export const kernelFilesPackage = /^linux-(?:image|modules|modules-core|binary|base)-\d/;

/** Those that carry code beside the image. */
export const modulesPackage = /^linux-modules-/;

/** The flavours considered when the user names a series or a bare version, best first. */
export const flavours = ['-cloud-amd64', '-amd64', '-generic'] as const;

/**
 * Distributions build a kernel from one source package and sign its image in another. Of a superseded
 * kernel the lists often keep the signed packages only, while the mirror's pool keeps them all.
 */
export const signedSources = [{ signed: 'linux-signed-amd64', unsigned: 'linux' }] as const;
