import { basename } from 'node:path';

/** A module ready to load: bytes are unpacked, `file` is its name in the guest. */
export interface LoadableModule {
  name: string;
  bytes: Buffer;
  depends: readonly string[];
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
 * exist as a file (built in, or missing), which then is left out.
 */
export async function loadOrder(
  wanted: readonly string[],
  load: (name: string) => Promise<LoadableModule | undefined>,
): Promise<LoadableModule[]> {
  const done = new Set<string>();
  const order: LoadableModule[] = [];
  const visit = async (name: string): Promise<void> => {
    if (done.has(name)) return;
    // Marked before its dependencies are visited, so that a soft dependency in a circle ends.
    done.add(name);
    const module = await load(name);
    if (module === undefined) return;
    for (const depend of module.depends) await visit(canonical(depend));
    order.push(module);
  };
  for (const name of wanted) await visit(canonical(name));
  return order;
}
