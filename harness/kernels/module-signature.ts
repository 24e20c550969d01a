/** include/linux/module_signature.h: after the module come the signature, this structure and the marker. */
const marker = '~Module signature appended~\n';
const structureSize = 12;
const lengthOffset = 8;

/** A module and the signature appended to it (a PKCS #7 message), which is empty when there is none. */
export interface SplitModule {
  content: Buffer;
  signature: Buffer;
}

export function splitSignature(module: Buffer): SplitModule {
  const end = module.length - marker.length;
  if (end < structureSize || module.toString('latin1', end) !== marker)
    return { content: module, signature: Buffer.alloc(0) };
  const signatureEnd = end - structureSize;
  const start = signatureEnd - module.readUInt32BE(signatureEnd + lengthOffset);
  return { content: module.subarray(0, start), signature: module.subarray(start, signatureEnd) };
}

/**
 * A module without its appended signature. Checking one costs an emulated processor ten million
 * instructions, a second over all modules of a boot, and our cache has checked the package already.
 * The kernel then marks itself tainted ("E", unsigned module), which changes no behaviour.
 */
export const withoutSignature = (module: Buffer): Buffer => splitSignature(module).content;

/** Some kernels refuse what is not signed. */
export const insistsOnSignatures = (config: string): boolean => /^CONFIG_MODULE_SIG_FORCE=y$/m.test(config);
