import { readFile } from 'node:fs/promises';
import { MachineError } from '../errors.ts';
import { sha256 } from './checksums.ts';
import { unpackModule } from './compression.ts';
import type { GuestEntry } from './guest-tree.ts';
import type { InstalledKernel, ModuleFile } from './installed-kernel.ts';
import { moduleInfo } from './modinfo.ts';
import { insistsOnSignatures, withoutSignature } from './module-signature.ts';
import { wantedModules } from './module-table.ts';
import { type LoadableModule, loadOrder } from './modules.ts';

async function loadable(file: ModuleFile, keepSignature: boolean): Promise<LoadableModule> {
  const packed = await readFile(file.path);
  if (sha256(packed) !== file.sha256) {
    throw new MachineError(`${file.path} is damaged; remove the kernel's folder and it is fetched again`);
  }
  const unpacked = await unpackModule(packed);
  const { depends, soft } = moduleInfo(unpacked, file.path);
  const bytes = keepSignature ? unpacked : withoutSignature(unpacked);
  return { name: file.name, bytes, depends, soft };
}

const parametersOf = new Map(wantedModules.map(({ name, parameters }) => [name, parameters]));

/** One line of /modules/order: the file and its parameters, if any. */
function orderLine({ name }: LoadableModule): string {
  const parameters = parametersOf.get(name);
  return parameters === undefined ? `${name}.ko\n` : `${name}.ko ${parameters}\n`;
}

/**
 * The kernel's modules for the guest tree: /modules/NAME.ko, unpacked, and /modules/order, one
 * "NAME.ko[ parameters]" a line in the order in which they must be loaded. `more` are modules besides the usual ones.
 */
export async function moduleEntries(
  kernel: InstalledKernel,
  more: readonly string[] = [],
): Promise<GuestEntry[]> {
  const files = new Map(kernel.modules.map((file) => [file.name, file]));
  const keepSignature = insistsOnSignatures(await readFile(kernel.config, 'utf8'));
  const load = async (name: string): Promise<LoadableModule | undefined> => {
    const file = files.get(name);
    return file === undefined ? undefined : loadable(file, keepSignature);
  };
  const order = await loadOrder([...wantedModules.map(({ name }) => name), ...more], load);
  const modules = order.map(
    ({ name, bytes }): GuestEntry => ({
      kind: 'file',
      path: `/modules/${name}.ko`,
      mode: 0o644,
      content: bytes,
    }),
  );
  return [
    ...modules,
    {
      kind: 'file',
      path: '/modules/order',
      mode: 0o644,
      content: Buffer.from(order.map(orderLine).join('')),
    },
  ];
}
