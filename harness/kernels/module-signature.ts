/** include/linux/module_signature.h: after the module come the signature, this structure and the marker. */
const marker = '~Module signature appended~\n';
const structureSize = 12;
const lengthOffset = 8;

/**
 * A module without its appended signature. Checking one costs an emulated processor ten million
 * instructions, a second over all modules of a boot, and our cache has checked the package already.
 * The kernel then marks itself tainted ("E", unsigned module), which changes no behaviour.
 */
export function withoutSignature(module: Buffer): Buffer {
  const end = module.length - marker.length;
  if (end < structureSize || module.toString('latin1', end) !== marker) return module;
  const signatureLength = module.readUInt32BE(end - structureSize + lengthOffset);
  return module.subarray(0, end - structureSize - signatureLength);
}

/** Some kernels refuse what is not signed. */
export const insistsOnSignatures = (config: string): boolean => /^CONFIG_MODULE_SIG_FORCE=y$/m.test(config);
