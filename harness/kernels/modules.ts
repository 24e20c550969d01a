import { basename } from 'node:path';

/** A module ready to load: bytes are unpacked, `file` is its name in the guest. */
export interface LoadableModule {
  name: string;
  bytes: Buffer;
  /** Without each of these the kernel refuses it. */
  depends: readonly string[];
  /** Loaded before it where they exist. */
  soft: readonly string[];
}

/** The kernel treats both spellings as one name; files use either. */
const canonical = (name: string): string => name.replaceAll('-', '_');

/** "kernel/net/netfilter/ipvs/ip_vs.ko.xz" -> "ip_vs"; undefined for other files. */
export function moduleName(path: string): string | undefined {
  const name = /^(.*)\.ko(?:\.(?:xz|zst|gz))?$/.exec(basename(path))?.[1];
  return name === undefined ? undefined : canonical(name);
}

/**
 * Wanted modules and all they need, each after what it needs. `load` gives undefined for what does not
 * exist as a file (built in, or missing), which then is left out. So is whatever depends on it: what is built in is
 * nobody's dependency (modpost lists only modules), so the kernel would refuse to load it.
 */
export async function loadOrder(
  wanted: readonly string[],
  load: (name: string) => Promise<LoadableModule | undefined>,
): Promise<LoadableModule[]> {
  const visited = new Map<string, boolean>();
  const order: LoadableModule[] = [];
  const visit = async (name: string): Promise<boolean> => {
    const before = visited.get(name);
    if (before !== undefined) return before;
    // Marked before its dependencies are visited, so that a soft dependency in a circle ends.
    visited.set(name, true);
    const loaded = await place(name);
    visited.set(name, loaded);
    return loaded;
  };
  const place = async (name: string): Promise<boolean> => {
    const module = await load(name);
    if (module === undefined) return false;
    for (const soft of module.soft) await visit(canonical(soft));
    for (const depend of module.depends) if (!(await visit(canonical(depend)))) return false;
    order.push(module);
    return true;
  };
  for (const name of wanted) await visit(canonical(name));
  return order;
}
