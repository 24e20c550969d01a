import { z } from 'zod';

/** A kernel ready to boot, whatever it came from. */
export interface InstalledKernel {
  /** What `uname -r` says: "6.1.0-56-cloud-amd64". */
  release: string;
  /** The exact version, the key of known changes: of the Debian package ("6.1.192-2"), else the release. */
  version: string;
  /** "6.1" */
  series: string;
  /** Ticks a second: 1 / HZ is the unit of all its timeouts. */
  hz: number;
  /** Path of what QEMU boots: the uncompressed ELF kernel, or a bzImage when that has no PVH entry. */
  vmlinux: string;
  /** Path of its configuration (CONFIG_… lines). */
  config: string;
  /** Every module file it has. */
  modules: readonly ModuleFile[];
  /** What it cannot do that some scenario may need. */
  lacks: readonly Lack[];
  /** For its command line: parameters of what is built in. */
  bootArguments: readonly string[];
  /** Changes when anything of the kernel changes: part of the key of guest images. */
  identity: string;
}

/** One thing a kernel does not have: a module that is not built in either, or a setting. */
export interface Lack {
  /** "ip_vs_wrr", "CONFIG_NF_CONNTRACK_PROCFS" */
  what: string;
  /** What is not possible without it: "scheduler wrr". */
  why: string;
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
