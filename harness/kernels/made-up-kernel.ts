import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MachineError } from '../errors.ts';
import { runProgram } from '../system/run-program.ts';
import { sha256 } from './checksums.ts';
import type { Download } from './kernel-download.ts';
import type { OfferedPackage } from './offered-package.ts';
import type { Offer, PackageSource } from './package-source.ts';

/**
 * Kernel packages made of nothing, for tests: the right shapes (bzImage header, ELF modules, Debian
 * package, a mirror that offers it), nothing that could boot.
 */
export interface MadeUpKernel {
  release: string;
  version: string;
  /** Module name -> what it depends on. */
  modules: Record<string, string[]>;
  builtin?: string[];
}

/** An object file with a .modinfo section, which is all we read of a module. */
export async function madeUpModule(name: string, depends: readonly string[], soft = ''): Promise<Buffer> {
  const info = `name=${name}\\0depends=${depends.join(',')}${soft === '' ? '' : `\\0softdep=${soft}`}`;
  const source = `static const char info[] __attribute__((section(".modinfo"), used)) = "${info}";`;
  // The assembler seeks in what it writes, so it cannot write to a pipe.
  const folder = await mkdtemp(join(tmpdir(), 'lvs-module-'));
  const path = join(folder, 'module.o');
  await runProgram('gcc', ['-c', '-x', 'c', '-o', path, '-'], { input: Buffer.from(source) });
  const module = await readFile(path);
  await rm(folder, { recursive: true });
  return module;
}

/** A file with the setup header of boot protocol 2.15, two setup sectors and this payload. */
export function madeUpImage(payload: Uint8Array): Buffer {
  const gap = 16;
  const image = Buffer.alloc(3 * 512 + gap + payload.length);
  image.writeUInt8(2, 0x1f1);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x020f, 0x206);
  image.writeUInt32LE(gap, 0x248);
  image.writeUInt32LE(payload.length, 0x24c);
  image.set(payload, 3 * 512 + gap);
  return image;
}

async function put(root: string, path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** Makes the package below `folder` and gives its path. */
async function debianPackage(kernel: MadeUpKernel, folder: string): Promise<string> {
  const { release, version } = kernel;
  const tree = join(folder, `tree-${release}`);
  const modules = `lib/modules/${release}`;
  const control = `Package: linux-image-${release}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: none <none@example.org>\nDescription: made up\n`;
  await put(tree, 'DEBIAN/control', control);
  const vmlinux = await madeUpModule('vmlinux', []);
  await put(
    tree,
    `boot/vmlinuz-${release}`,
    madeUpImage(await runProgram('gzip', ['-nc'], { input: vmlinux })),
  );
  await put(tree, `boot/config-${release}`, 'CONFIG_HZ_250=y\nCONFIG_HZ=250\nCONFIG_NF_CONNTRACK_PROCFS=y\n');
  await put(
    tree,
    `${modules}/modules.builtin`,
    (kernel.builtin ?? []).map((name) => `kernel/lib/${name}.ko\n`).join(''),
  );
  for (const [name, depends] of Object.entries(kernel.modules)) {
    await put(tree, `${modules}/kernel/net/${name}.ko`, await madeUpModule(name, depends));
  }
  const path = join(folder, `linux-image-${release}_${version}_amd64.deb`);
  await runProgram('dpkg-deb', ['--root-owner-group', '-Znone', '-b', tree, path]);
  return path;
}

/** A mirror that offers these kernels, the first by default; `online` may be switched off. */
export class MadeUpMirror implements PackageSource {
  online = true;
  downloads: string[] = [];
  readonly #files: Map<string, string>;
  readonly #offered: OfferedPackage[];

  private constructor(files: Map<string, string>, offered: OfferedPackage[]) {
    this.#files = files;
    this.#offered = offered;
  }

  static async offering(kernels: readonly MadeUpKernel[], folder: string): Promise<MadeUpMirror> {
    const mirror = new MadeUpMirror(new Map(), []);
    for (const kernel of kernels) await mirror.#add(kernel, folder);
    const first = mirror.#offered.slice(0, 1).map(({ name }) => name);
    mirror.#offered.push(madeUpPackage('linux-image-cloud-amd64', '1', first));
    return mirror;
  }

  /** The same offer, of which nothing was downloaded yet. */
  again(): MadeUpMirror {
    return new MadeUpMirror(this.#files, this.#offered);
  }

  async #add(kernel: MadeUpKernel, folder: string): Promise<void> {
    const path = await debianPackage(kernel, folder);
    const bytes = await readFile(path);
    const name = `linux-image-${kernel.release}`;
    this.#files.set(name, path);
    const offered = madeUpPackage(name, kernel.version, ['kmod']);
    this.#offered.push({ ...offered, sizeBytes: bytes.length, sha256: sha256(bytes) });
  }

  async own(): Promise<OfferedPackage[]> {
    if (!this.online) throw new Error('the lists must not be read');
    return this.#offered;
  }

  async all(): Promise<Offer> {
    return { packages: await this.own(), madeAt: new Date(), absent: [], trouble: '' };
  }

  async download(wanted: Download, path: string): Promise<void> {
    if (!this.online) throw new MachineError('cannot download');
    this.downloads.push(wanted.name);
    await copyFile(this.#files.get(wanted.name)!, path);
  }
}

/** A package of these names that has no file. */
export const madeUpPackage = (name: string, version: string, depends: string[] = []): OfferedPackage => ({
  name,
  version,
  source: 'linux-signed-amd64',
  depends,
  uri: `http://mirror.example/debian/pool/main/l/linux-signed-amd64/${name}_${version}_amd64.deb`,
  sizeBytes: 1,
  sha256: '0'.repeat(64),
  suite: 'bookworm',
});

/** The least that a director needs, with a dependency that no table names. */
export const smallKernel: MadeUpKernel = {
  release: '6.1.0-56-cloud-amd64',
  version: '6.1.192-2',
  modules: {
    virtio_ring: [],
    virtio_console: ['virtio_ring'],
    tun: [],
    nf_conntrack: ['made_up_lib'],
    made_up_lib: [],
    ip_vs: ['nf_conntrack'],
  },
  builtin: ['virtio_pci', 'ip_vs_rr'],
};
