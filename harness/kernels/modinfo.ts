import { MachineError } from '../errors.ts';
import { elfSection, isKernelElf } from './elf.ts';

/** What a module says of itself. `depends` must be loaded before it, `soft` should be if they exist. */
export interface ModuleInfo {
  depends: string[];
  soft: string[];
  /** The kernel it was built for, and how: "6.1.0-56-cloud-amd64 SMP preempt mod_unload modversions". */
  vermagic: string;
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** "pre: a b post: c" -> ["a", "b"] */
const softBefore = (text: string): string[] => words(/pre:([^:]*)(?:\spost:|$)/.exec(text)?.[1] ?? '');

/**
 * Reads the .modinfo section (include/linux/moduleparam.h: NUL-separated "key=value"). Packages carry no
 * modules.dep, which a distribution makes on installing, so the modules themselves are asked.
 */
export function moduleInfo(module: Buffer, name: string): ModuleInfo {
  const section = isKernelElf(module) ? elfSection(module, '.modinfo') : undefined;
  if (section === undefined) throw new MachineError(`${name} is not an x86-64 kernel module`);
  const values = (key: string): string[] =>
    section
      .toString('latin1')
      .split('\0')
      .filter((line) => line.startsWith(`${key}=`))
      .map((line) => line.slice(key.length + 1));
  return {
    depends: values('depends').flatMap(words),
    soft: values('softdep').flatMap(softBefore),
    vermagic: (values('vermagic')[0] ?? '').trim(),
  };
}
