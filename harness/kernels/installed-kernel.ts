import { z } from 'zod';

/** A kernel ready to boot, whatever it came from. */
export interface InstalledKernel {
  /** What `uname -r` says: "6.1.0-56-cloud-amd64". */
  release: string;
  /** The exact Debian package version, the key of known changes: "6.1.192-2". */
  version: string;
  /** "6.1" */
  series: string;
  /** Ticks a second: 1 / HZ is the unit of all its timeouts. */
  hz: number;
  /** Path of the uncompressed ELF kernel. */
  vmlinux: string;
  /** Path of its configuration (CONFIG_… lines). */
  config: string;
  /** Every module file it has. */
  modules: readonly ModuleFile[];
  /** Optional modules of our table that it has neither as a file nor built in. */
  modulesMissing: readonly string[];
  /** Changes when anything of the kernel changes: part of the key of guest images. */
  identity: string;
}

/** One module on disk. `sha256` of the file as it is there, for what sits in the cache. */
export interface ModuleFile {
  name: string;
  path: string;
  sha256: string;
}

/** What is written beside an unpacked kernel; module paths are relative to its folder. */
export const kernelRecord = z.strictObject({
  release: z.string(),
  version: z.string(),
  hz: z.number().int().positive(),
  builtin: z.array(z.string()),
});
export type KernelRecord = z.infer<typeof kernelRecord>;
